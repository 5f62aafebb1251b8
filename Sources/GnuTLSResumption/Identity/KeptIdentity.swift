/// What sets connections apart whose tickets are kept for the same server, for people.
package struct KeptIdentity: Hashable, Sendable {
  /// Who has verified the peer.
  package enum Verifier: String, Sendable {
    case engine, application
    case nobody = "none"
  }

  package let verifier: Verifier
  package let pins: [PublicKeyPin]
  /// The name that the certificate had to be for.
  package let expectedName: String
  /// Those that were offered by ALPN, in order.
  package let applicationProtocols: [String]
  /// Nil for GnuTLS's default.
  package let priority: String?
  /// The priority string stood behind GnuTLS's default.
  package let isPriorityAppended: Bool
  /// SHA-256 of the client certificate's DER, or what a caller gave for it; nil without one.
  package let clientCertificate: [UInt8]?
  package let partition: String

  init(_ fields: IdentityFields) {
    switch fields.verification {
    case .engine(let pins): (verifier, self.pins) = (.engine, pins)
    case .application: (verifier, pins) = (.application, [])
    case .none: (verifier, pins) = (.nobody, [])
    }
    expectedName = fields.expectedName
    applicationProtocols = fields.applicationProtocols
    priority = fields.priority
    isPriorityAppended = fields.isPriorityAppended
    clientCertificate = fields.clientCertificate
    partition = fields.partition
  }
}
