internal import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTickets

/// Who verifies, as a C structure says, and what to say of a peer that is refused.
struct VerificationArguments {
  let verification: Verification
  /// The code for a refusal.
  let code: Int32
  /// Where an authority belongs that is to be trusted.
  let trust: String

  init(_ pointer: UnsafePointer<gnutls_resumption_verification_t>?) throws(Failure) {
    let given = unsafe try Arguments.copy(pointer, "verification")
    let path = unsafe try Arguments.path(given.path, "verification->path", "set it to a path")
    let pins = unsafe try Self.pins(given.pins, count: given.pins_count)
    func anchors(_ trust: (RawPath) -> VerificationPolicy, _ name: String) throws(Failure) -> VerificationPolicy {
      guard let path else { throw .missing("verification->path", "set it to the \(name) with the authorities") }
      return trust(path)
    }
    let policy: VerificationPolicy?
    switch unsafe given.kind {
    case GNUTLS_RESUMPTION_VERIFY_SYSTEM: (policy, trust) = (.system, "the system's trust")
    case GNUTLS_RESUMPTION_VERIFY_FILE:
      (policy, trust) = (try anchors(VerificationPolicy.file, "PEM file"), path?.description ?? "")
    case GNUTLS_RESUMPTION_VERIFY_FOLDER:
      (policy, trust) = (try anchors(VerificationPolicy.folder, "folder"), path?.description ?? "")
    case GNUTLS_RESUMPTION_VERIFY_CREDENTIALS:
      (policy, trust) = (.sessionCredentials, "the session's credentials")
    case GNUTLS_RESUMPTION_VERIFY_CALLBACK: (policy, trust) = (nil, "")
    case GNUTLS_RESUMPTION_VERIFY_NOBODY: (policy, trust) = (nil, "")
    default:
      throw .invalid("verification->kind is \(unsafe given.kind); set it to one of GNUTLS_RESUMPTION_VERIFY_…")
    }
    let takesPath = [GNUTLS_RESUMPTION_VERIFY_FILE, GNUTLS_RESUMPTION_VERIFY_FOLDER].contains(unsafe given.kind)
    guard path == nil || takesPath else { throw .contradiction("verification->path", "neither file nor folder") }
    guard unsafe given.callback == nil || given.kind == GNUTLS_RESUMPTION_VERIFY_CALLBACK else {
      throw .contradiction("verification->callback", "not the callback's")
    }
    if var policy {
      policy.pins = pins
      verification = .engineVerifies(policy)
      code = GNUTLS_RESUMPTION_E_NOT_TRUSTED
      return
    }
    guard pins.isEmpty else { throw .contradiction("verification->pins", "not the engine's") }
    code = GNUTLS_RESUMPTION_E_REFUSED
    verification = unsafe given.kind == GNUTLS_RESUMPTION_VERIFY_NOBODY ? .insecure : try Self.application(given)
  }

  private static func application(_ given: gnutls_resumption_verification_t) throws(Failure) -> Verification {
    guard let function = unsafe given.callback else {
      throw .missing("verification->callback", "set it to the function that verifies")
    }
    let callback = unsafe Callback(function: function, data: given.callback_data)
    return unsafe .applicationVerifies { unsafe callback.function($0, callback.data) == 0 }
  }

  private static func pins(_ start: UnsafePointer<UInt8>?, count: Int) throws(Failure) -> Set<PublicKeyPin> {
    guard count != 0 else { return [] }
    guard let start = unsafe start else {
      throw .missing("verification->pins", "set it to pins_count times 32 bytes")
    }
    // A size_t above what Int holds comes as a negative number.
    guard (1...4096).contains(count) else {
      throw .invalid("verification->pins_count is \(UInt(bitPattern: count)); hand in at most 4096")
    }
    let size = PublicKeyPin.byteCount
    return Set((0..<count).compactMap { PublicKeyPin(unsafe Arguments.bytes(start + $0 * size, count: size)) })
  }
}

/// The caller's function and data. It is called on the thread that uses the attachment, which the compiler can't see.
@safe
private struct Callback: @unchecked Sendable {
  let function: gnutls_resumption_verify_func
  let data: UnsafeMutableRawPointer?

  init(function: @escaping gnutls_resumption_verify_func, data: UnsafeMutableRawPointer?) {
    unsafe self.function = function
    unsafe self.data = unsafe data
  }
}
