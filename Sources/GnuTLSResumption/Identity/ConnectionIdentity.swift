/// All that must be the same for a session to be resumed, apart from how the peer is verified.
///
/// GnuTLS has no getters for most of it, so whoever attaches to a session says all of it. It is bound when the
/// session is made, never when a ticket comes (CVE-2021-22890).
public struct ConnectionIdentity: Hashable, Sendable {
  public var server: ServerIdentity
  /// The name that the certificate must be for. In its normal form, as ``ServerIdentity/name``, but without a zone.
  public var expectedName: String {
    didSet { expectedName = ServerName(expectedName).forVerification }
  }
  /// The protocols offered by ALPN (RFC 7301), in order; exact bytes.
  public var applicationProtocols: [String]
  /// The priority string as the caller gave it; nil for GnuTLS's default.
  public var priority: String?
  /// The priority string was appended to GnuTLS's default (`gnutls_set_default_priority_append`).
  public var isPriorityAppended: Bool
  /// What tells the client certificate from others: SHA-256 of its DER; nil without one.
  public var clientCertificate: [UInt8]?
  /// The caller's own division: sessions of different partitions never meet.
  public var partition: String

  public init(
    server: ServerIdentity, expectedName: String? = nil, applicationProtocols: [String] = [],
    priority: String? = nil, isPriorityAppended: Bool = false, clientCertificate: [UInt8]? = nil,
    partition: String = ""
  ) {
    self.server = server
    self.expectedName = ServerName(expectedName ?? server.name).forVerification
    self.applicationProtocols = applicationProtocols
    self.priority = priority
    self.isPriorityAppended = isPriorityAppended
    self.clientCertificate = clientCertificate
    self.partition = partition
  }
}
