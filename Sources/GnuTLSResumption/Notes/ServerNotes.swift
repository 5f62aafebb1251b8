internal import SessionTickets

/// One connection's view of what is remembered of its server: read and digested once.
///
/// Confined to whichever thread uses the connection.
final class ServerNotes {
  private let engine: Resumption
  private let server: ServerIdentity
  /// Under the first key that was asked for, and nearly always the only one.
  private var first: (key: UInt64, digest: Digest)?
  private var known: ServerNote??

  init(of server: ServerIdentity, engine: Resumption) {
    self.server = server
    self.engine = engine
  }

  func digest(under key: MasterKey) throws(StoreError) -> Digest {
    if let first, first.key == key.id { return first.digest }
    let digest = try IdentityDigests.server(server, key: key)
    if first == nil { first = (key.id, digest) }
    return digest
  }

  /// The note, or nil. May wait for the store, the first time.
  func note() throws(StoreError) -> ServerNote? {
    if let known { return known }
    return try read()
  }

  /// Changes the note, and writes it if it is another one then.
  /// - Returns: Whether the store has what was to be noted.
  /// - Parameter generation: The store's, as the connection found it: what has been forgotten since is not noted again, nor
  ///   where nobody knows.
  func update(as generation: StoreGeneration?, _ change: (inout ServerNote) -> Void) throws(StoreError) -> Bool {
    guard changed(try note(), change) != nil else { return true }
    guard let generation else { return false }
    // Somebody else may have changed it meanwhile.
    guard let new = changed(try read(), change) else { return true }
    guard let ring = try engine.keyRing(create: true) else { return false }
    let isSet = try engine.setNote(
      new.bytes, server: digest(under: ring.newest), identity: nil, generation: generation, key: ring.newest)
    if isSet { known = new }
    return isSet
  }

  /// Nil if nothing changes.
  private func changed(_ note: ServerNote?, _ change: (inout ServerNote) -> Void) -> ServerNote? {
    let old = note ?? ServerNote(server: server)
    var new = old
    change(&new)
    return new == old ? nil : new
  }

  private func read() throws(StoreError) -> ServerNote? {
    guard let ring = try engine.keyRing(create: false) else { return nil }
    let bytes = try engine.note(server: digest(under: ring.newest), identity: nil, key: ring.newest)
    let note = bytes.flatMap(ServerNote.init)
    known = note
    return note
  }

  /// The group that the server has always chosen under TLS 1.3, or nil.
  var rememberedGroup: String? { (try? note())?.group.remembered }
}
