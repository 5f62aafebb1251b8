internal import CGnuTLS
internal import GnuTLSResumption

/// The program's own check of a peer, which GnuTLS calls in a full handshake and in no resumed one.
@safe
enum ProgramCheck {
  /// `gnutls_session_set_verify_function` or `gnutls_certificate_set_verify_function`.
  case function(@convention(c) (gnutls_session_t?) -> Int32)
  /// `gnutls_session_set_verify_cert` or its kin.
  case certificate(CertificateCheck)

  /// What gnutls_handshake returns after a function has returned this, in a full handshake: 0 if it accepts.
  static func code(ofFunction result: Int32) -> Int32 {
    if result < -1 { return result }
    return result == 0 ? 0 : GNUTLS_E_CERTIFICATE_ERROR
  }
}

/// What `gnutls_session_set_verify_cert` and `gnutls_session_set_verify_cert2` were given. GnuTLS wants both to stay
/// valid as long as the session.
@safe
struct CertificateCheck {
  let hostName: UnsafePointer<CChar>?
  let data: UnsafeMutablePointer<gnutls_typed_vdata_st>?
  let elements: UInt32

  init(hostName: UnsafePointer<CChar>?, data: UnsafeMutablePointer<gnutls_typed_vdata_st>?, elements: UInt32) {
    unsafe self.hostName = unsafe hostName
    unsafe self.data = unsafe data
    self.elements = elements
  }

  /// Checks as GnuTLS would in a full handshake.
  /// - Returns: 0, or what gnutls_handshake returns then; and GnuTLS's status bits.
  func run(_ session: gnutls_session_t) -> (code: Int32, status: UInt32?) {
    var status: UInt32 = 0
    guard unsafe verify(session, &status) >= 0 else { return (GNUTLS_E_CERTIFICATE_ERROR, nil) }
    return (status == 0 ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, status)
  }

  private func verify(_ session: gnutls_session_t, _ status: inout UInt32) -> Int32 {
    if unsafe hostName == nil, elements > 0 {
      return unsafe gnutls_certificate_verify_peers(session, data, elements, &status)
    }
    // Without a name it is gnutls_certificate_verify_peers2.
    return unsafe gnutls_certificate_verify_peers3(session, hostName, &status)
  }

  /// The name that the certificate must be for, if there is one.
  /// - Throws: If it is no text.
  func expectedName() throws(LeftAlone) -> String? {
    if let hostName = unsafe hostName { return try unsafe Self.text(UnsafeRawPointer(hostName), size: 0) }
    for index in unsafe given.indices {
      let element = unsafe given[index]
      guard unsafe element.type == GNUTLS_DT_DNS_HOSTNAME, let bytes = unsafe element.data else { continue }
      return try unsafe Self.text(bytes, size: element.size)
    }
    return nil
  }

  /// All of it that is the same from run to run, in one line.
  /// - Throws: If something of it is no text.
  func description() throws(LeftAlone) -> String {
    if unsafe hostName != nil { return "cert" }
    var text = "cert2"
    for index in unsafe given.indices {
      let element = unsafe given[index]
      text += unsafe ":\(element.type.rawValue)"
      // The name stands elsewhere in the identity.
      guard unsafe element.type != GNUTLS_DT_DNS_HOSTNAME, let bytes = unsafe element.data else { continue }
      if unsafe element.type == GNUTLS_DT_IP_ADDRESS {
        let address = unsafe UnsafeRawBufferPointer(handedIn: bytes, count: Int(clamping: element.size))
        text += unsafe Array(address).reduce("") { "\($0).\($1)" }
      } else {
        text += "=\(try unsafe Self.text(bytes, size: element.size))"
      }
    }
    return text
  }

  private var given: UnsafeBufferPointer<gnutls_typed_vdata_st> {
    unsafe UnsafeBufferPointer(handedIn: UnsafePointer(data), count: Int(clamping: elements))
  }

  /// Of so many bytes, or up to a NUL if there are none.
  private static func text(_ bytes: UnsafeRawPointer, size: UInt32) throws(LeftAlone) -> String {
    let text: String?
    if size == 0 {
      text = unsafe String(validatingCString: bytes.assumingMemoryBound(to: CChar.self))
    } else {
      text = unsafe String(
        validating: UnsafeRawBufferPointer(handedIn: bytes, count: Int(clamping: size)), as: UTF8.self)
    }
    guard let text, !text.utf8.contains(where: { $0 < 0x20 }) else { throw .isUnreadable }
    return text
  }
}
