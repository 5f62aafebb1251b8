/// Where records are filed: the server, and the whole identity of the connection they may serve.
///
/// Tickets are taken by both digests; the server's alone groups what is forgotten together.
public struct StoreKey: Hashable, Sendable {
  /// Digest of transport, role, server name and port.
  public let server: Digest
  /// Digest of everything that must be equal for a session to be resumed.
  public let identity: Digest

  public init(server: Digest, identity: Digest) {
    self.server = server
    self.identity = identity
  }
}

/// The full name of one record: its place and its id.
public struct RecordKey: Hashable, Sendable {
  public let place: StoreKey
  public let id: RecordID

  public init(place: StoreKey, id: RecordID) {
    self.place = place
    self.id = id
  }
}
