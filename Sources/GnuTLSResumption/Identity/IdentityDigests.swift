internal import SessionTickets

/// The two digests under which a store files a connection's records.
///
/// HMAC-SHA256 under the master key over an encoding in which every field stands behind its length, so that
/// different identities never have the same bytes.
enum IdentityDigests {
  static func place(
    of identity: ConnectionIdentity, verification: VerificationKind, key: MasterKey
  ) throws(StoreError) -> StoreKey {
    StoreKey(
      server: try server(identity.server, key: key),
      identity: try self.identity(identity, verification: verification, key: key))
  }

  /// The GnuTLS that runs is part of it: it could not read another's session data.
  static func identity(
    _ identity: ConnectionIdentity, verification: VerificationKind, key: MasterKey
  ) throws(StoreError) -> Digest {
    var message: [UInt8] = []
    message.reserveCapacity(320)
    message += identityPurpose
    appendServerFields(identity.server, to: &message)
    message.append(text: GnuTLSVersion.current)
    appendFields(identity, verification, to: &message)
    return try key.digest(message)
  }

  static func server(_ server: ServerIdentity, key: MasterKey) throws(StoreError) -> Digest {
    var message: [UInt8] = []
    message.reserveCapacity(320)
    message += serverPurpose
    appendServerFields(server, to: &message)
    return try key.digest(message)
  }

  private static let serverPurpose = Array("gnutls-resume/2 server\0".utf8)
  private static let identityPurpose = Array("gnutls-resume/2 identity\0".utf8)

  /// Transport, role, name, port.
  private static func appendServerFields(_ server: ServerIdentity, to result: inout [UInt8]) {
    result.append(text: "TLS")
    result.append(text: StoreRole.client.rawValue)
    result.append(text: server.name)
    result.append(bigEndian: server.port)
  }

  private static func appendFields(
    _ identity: ConnectionIdentity, _ verification: VerificationKind, to result: inout [UInt8]
  ) {
    result.appendField { result in verification.append(to: &result) }
    result.append(text: identity.expectedName)
    result.append(bigEndian: UInt32(truncatingIfNeeded: identity.applicationProtocols.count))
    for name in identity.applicationProtocols { result.append(text: name) }
    result.append(identity.priority == nil ? 0 : identity.isPriorityAppended ? 2 : 1)
    result.append(text: identity.priority ?? "")
    result.append(optional: identity.clientCertificate)
    result.append(text: identity.partition)
  }
}

extension [UInt8] {
  /// Appends a field, or its absence: which is not the same as an empty field.
  fileprivate mutating func append(optional field: [UInt8]?) {
    append(field == nil ? 0 : 1)
    append(field: field ?? [])
  }
}
