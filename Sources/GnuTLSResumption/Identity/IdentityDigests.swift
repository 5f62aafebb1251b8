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
    var message = identityPrefix(identity.server)
    IdentityFields.append(identity, verification, to: &message)
    return try key.digest(message)
  }

  /// The same place, by what a record of it says.
  /// - Parameter fields: In the encoding of ``IdentityFields``.
  static func place(of server: ServerIdentity, fields: [UInt8], key: MasterKey) throws(StoreError) -> StoreKey {
    StoreKey(server: try self.server(server, key: key), identity: try key.digest(identityPrefix(server) + fields))
  }

  private static func identityPrefix(_ server: ServerIdentity) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(320)
    message += identityPurpose
    appendServerFields(server, to: &message)
    message.append(text: GnuTLSVersion.current)
    return message
  }

  static func server(_ server: ServerIdentity, key: MasterKey) throws(StoreError) -> Digest {
    var message: [UInt8] = []
    message.reserveCapacity(320)
    message += serverPurpose
    appendServerFields(server, to: &message)
    return try key.digest(message)
  }

  private static let serverPurpose = Array("gnutls-resume/2 server\0".utf8)
  private static let identityPurpose = Array("gnutls-resume/3 identity\0".utf8)

  /// Transport, role, name, port.
  private static func appendServerFields(_ server: ServerIdentity, to result: inout [UInt8]) {
    result.append(text: server.isDatagram ? "DTLS" : "TLS")
    result.append(text: StoreRole.client.rawValue)
    result.append(text: server.name)
    result.append(bigEndian: server.port)
  }
}
