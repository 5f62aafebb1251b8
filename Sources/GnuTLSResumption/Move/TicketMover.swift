package import SessionTickets

/// Moves tickets from one machine's own store to another's, by a file that only that store opens, and only once.
///
/// At most one of the two ever offers a ticket: it has been claimed before a byte of the file is there, and the other store
/// marks the file before it keeps anything of it.
///
/// Such a file is:
///
/// | bytes | field |
/// |---|---|
/// | 8 | `GRMOVED`, and a format version |
/// | 32 | public key of the store that it is for |
/// | 32 | public key of the store that it is from |
/// | 32 | public key of a pair that was drawn for this file |
/// | rest | the tickets, sealed by the keys of all three: see ``MoveSeal`` |
package struct TicketMover {
  let engine: Resumption
  let place: FolderPlace
  let marks: ImportMarks

  static let magic = Array("GRMOVED".utf8) + [1]
  static let headerSize = 8 + 2 * Curve25519KeyPair.byteCount
  static let info = Array("gnutls-resume/1 moved tickets".utf8)
  /// The most that a file may have, in bytes: some thousand tickets.
  package static let mostBytes = 16 << 20

  /// - Parameter place: The folder of the engine's own store.
  package init(_ engine: Resumption, at place: FolderPlace) {
    self.engine = engine
    self.place = place
    marks = ImportMarks(beside: place)
  }

  /// What others call this store.
  /// - Parameter create: Make what it is made of, store and key, if they aren't there.
  /// - Returns: Nil if there is none, and none is to be made.
  package func id(create: Bool) throws(StoreError) -> StoreID? {
    guard var identity = try identity(create: create) else { return nil }
    defer { identity.wipe() }
    return identity.pairs.first.map { StoreID(publicKey: $0.publicKey) }
  }

  /// What a store is, to others.
  struct Identity {
    let marks: [UInt8]
    let ring: KeyRing
    /// Under each master key that is still needed, the newest first.
    fileprivate(set) var pairs: [Curve25519KeyPair]

    mutating func wipe() {
      for index in pairs.indices { pairs[index].wipe() }
    }

    func pair(_ publicKey: some Sequence<UInt8>) -> Curve25519KeyPair? {
      for pair in pairs where pair.publicKey.elementsEqual(publicKey) { return pair }
      return nil
    }
  }

  func identity(create: Bool) throws(StoreError) -> Identity? {
    guard let ring = try engine.keyRing(create: create), let id = try marks.id(create: create) else { return nil }
    var pairs: [Curve25519KeyPair] = []
    for key in ring.all { pairs.append(try key.moveKeyPair(of: id)) }
    return Identity(marks: id, ring: ring, pairs: pairs)
  }

  static func failure(_ message: String) -> StoreError { StoreError(.unavailable, message, place: "") }
}
