internal import CGnuTLS
internal import CGnuTLSResumption
internal import GnuTLSResumption

extension ConnectionIdentity {
  /// The identity that a C structure says.
  init(_ pointer: UnsafePointer<gnutls_resumption_identity_t>?) throws(Failure) {
    let given = unsafe try Arguments.copy(pointer, "identity")
    let nameAdvice = "set it to what gnutls_server_name_set was given, else to the address in text"
    guard let name = unsafe try Arguments.nonEmptyText(given.server_name, "identity->server_name", nameAdvice) else {
      throw .missing("identity->server_name", nameAdvice)
    }
    guard unsafe given.port != 0 else { throw .missing("identity->port", "set it to the server's port") }
    var protocols: [String] = []
    let count = unsafe given.protocols_count
    // A size_t above what Int holds comes as a negative number.
    guard (0...Self.mostProtocols).contains(count) else {
      throw .invalid(
        "identity->protocols_count is \(UInt(bitPattern: count)); hand in at most \(Self.mostProtocols)")
    }
    if count > 0 {
      guard let list = unsafe given.protocols else {
        throw .missing("identity->protocols", "set it to what gnutls_alpn_set_protocols was given")
      }
      for index in 0..<count { protocols.append(unsafe try Self.alpn(list[index])) }
    }
    let digest = unsafe given.certificate_hash.map { unsafe Arguments.bytes($0, count: 32) }
    self.init(
      server: ServerIdentity(name: name, port: unsafe given.port),
      expectedName: unsafe try Arguments.nonEmptyText(
        given.expected_name, "identity->expected_name", "null stands for server_name"),
      applicationProtocols: protocols, priority: unsafe try Arguments.text(given.priority, "identity->priority"),
      isPriorityAppended: unsafe given.priority_is_appended != 0,
      clientCertificate: digest, partition: unsafe try Arguments.text(given.partition, "identity->partition") ?? "")
  }

  /// More than GnuTLS takes.
  private static let mostProtocols = 64

  /// A protocol's name may have any bytes (RFC 7301, section 3.2); those in use are text.
  private static func alpn(_ name: gnutls_datum_t) throws(Failure) -> String {
    let bytes = unsafe UnsafeRawBufferPointer(start: name.data, count: name.data == nil ? 0 : Int(name.size))
    guard let text = unsafe String(validating: bytes, as: UTF8.self), !text.isEmpty else {
      throw .invalid("identity->protocols has a name that is empty or not UTF-8; leave it out of session and identity")
    }
    return text
  }
}
