// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption

@c @implementation
public func gnutls_resumption_get_outcome(
  _ attachment: gnutls_resumption_attachment_t!, _ outcome: UnsafeMutablePointer<gnutls_resumption_outcome_t>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  let size: Int
  do throws(Failure) {
    size = unsafe try Arguments.sized(UnsafePointer(outcome), "outcome").size
  } catch {
    return handle.note(error)
  }
  let (filled, code) = unsafe handle.outcome
  // A later header's fields read as 0.
  unsafe UnsafeMutableRawPointer(outcome).initializeMemory(as: UInt8.self, repeating: 0, count: size)
  unsafe outcome.pointee = unsafe filled
  unsafe outcome.pointee.size = size
  return code
}

extension AttachmentHandle {
  /// The outcome in C's form, and the code of an attachment that failed.
  fileprivate var outcome: (gnutls_resumption_outcome_t, Int32) {
    var result = unsafe gnutls_resumption_outcome_t()
    let outcome: Outcome
    switch state {
    case .attached(let attachment), .detached(let attachment): outcome = attachment.outcome
    case .failed(let failure):
      unsafe result.reason = GNUTLS_RESUMPTION_REASON_OTHER
      unsafe result.reason_text = ("notAttached" as StaticString).cString
      unsafe result.ticket_age = -1
      return unsafe (result, failure.code)
    }
    let (reason, text) = outcome.constants
    storeError.set(outcome.storeError.map { "\($0); mend this, or choose other places: until then tickets are lost" })
    unsafe result.resumed = outcome.isResumed ? 1 : 0
    unsafe result.reason = reason
    unsafe result.reason_text = text.cString
    unsafe result.tickets_received = UInt32(clamping: outcome.ticketsReceived)
    unsafe result.tickets_stored = UInt32(clamping: outcome.ticketsStored)
    unsafe result.ticket_age = outcome.ticketAge ?? -1
    unsafe result.failed_with_ticket = outcome.handshakeFailedWithTicket ? 1 : 0
    unsafe result.store_error = unsafe storeError.pointer
    return unsafe (result, 0)
  }
}

extension Outcome {
  /// C's number and text of the reason.
  var constants: (Int32, StaticString) { reason?.constants ?? (GNUTLS_RESUMPTION_REASON_NONE, "resumed") }
}

extension FullHandshakeReason {
  /// C's number and text, which is ``rawValue``.
  fileprivate var constants: (Int32, StaticString) {
    switch self {
    case .noTicket: (GNUTLS_RESUMPTION_REASON_NO_TICKET, "noTicket")
    case .policyChanged: (GNUTLS_RESUMPTION_REASON_POLICY_CHANGED, "policyChanged")
    case .expired: (GNUTLS_RESUMPTION_REASON_EXPIRED, "expired")
    case .trustChanged: (GNUTLS_RESUMPTION_REASON_TRUST_CHANGED, "trustChanged")
    case .damaged: (GNUTLS_RESUMPTION_REASON_DAMAGED, "damaged")
    case .withheld: (GNUTLS_RESUMPTION_REASON_WITHHELD, "withheld")
    case .storeUnavailable: (GNUTLS_RESUMPTION_REASON_STORE_UNAVAILABLE, "storeUnavailable")
    case .declined: (GNUTLS_RESUMPTION_REASON_DECLINED, "declined")
    case .retried: (GNUTLS_RESUMPTION_REASON_RETRIED, "retried")
    case .unfinished: (GNUTLS_RESUMPTION_REASON_UNFINISHED, "unfinished")
    case .disabled: (GNUTLS_RESUMPTION_REASON_DISABLED, "disabled")
    default: (GNUTLS_RESUMPTION_REASON_OTHER, "other")
    }
  }
}
