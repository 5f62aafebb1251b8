// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption

@c @implementation
public func gnutls_resumption_early_data(_ attachment: gnutls_resumption_attachment_t!) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_EARLY_DATA_NONE }
  switch handle.earlyData {
  case .accepted?: return GNUTLS_RESUMPTION_EARLY_DATA_ACCEPTED
  case .rejected?: return GNUTLS_RESUMPTION_EARLY_DATA_REJECTED
  // A handshake of C's is never made again by the library.
  case .inDoubt?, .repeated?: return GNUTLS_RESUMPTION_EARLY_DATA_IN_DOUBT
  case .notOffered?: return GNUTLS_RESUMPTION_EARLY_DATA_NOT_OFFERED
  case nil: return GNUTLS_RESUMPTION_EARLY_DATA_NONE
  }
}

@c @implementation
public func gnutls_resumption_early_data_text(
  _ attachment: gnutls_resumption_attachment_t!
) -> UnsafePointer<CChar>! {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return unsafe noMessage.cString }
  let text: StaticString
  switch handle.earlyData {
  case .accepted?: text = "accepted"
  case .rejected?: text = "rejected"
  case .inDoubt?, .repeated?: text = "inDoubt"
  case .notOffered(let reason)?: text = reason.constant
  case nil: text = noMessage
  }
  return unsafe text.cString
}

extension AttachmentHandle {
  fileprivate var earlyData: EarlyDataOutcome? {
    switch state {
    case .attached(let attachment), .detached(let attachment): attachment.outcome.earlyData
    case .failed: nil
    }
  }
}

extension EarlyDataReason {
  /// C's text, which is ``rawValue``.
  fileprivate var constant: StaticString {
    switch self {
    case .noTicket: "noTicket"
    case .oldVersion: "oldVersion"
    case .notAllowed: "notAllowed"
    case .tooLarge: "tooLarge"
    case .age: "age"
    case .otherMarks: "otherMarks"
    case .noMarks: "noMarks"
    case .used: "used"
    case .group: "group"
    case .cipher: "cipher"
    case .verdict: "verdict"
    case .verification: "verification"
    case .clientCertificate: "clientCertificate"
    case .shared: "shared"
    case .resting: "resting"
    case .refusedByGnuTLS: "refusedByGnuTLS"
    case .notAnnounced: "notAnnounced"
    default: "other"
    }
  }
}
