internal import CGnuTLS
internal import SessionTickets

/// How many anchors or revocation lists a file's bytes held when GnuTLS loaded them: so that who wants to load the same
/// bytes again can be answered before they are parsed.
///
/// Sealed like all notes. One that lies makes a wrong number of it, and nothing else: what is trusted comes from the bytes.
@safe
package struct TrustCount {
  package enum Kind: UInt8 {
    case anchors = 1
    case revocationLists = 2
  }

  private let kind: Kind
  private let stamp: FileStamp
  private let bytes: UnsafeRawBufferPointer

  /// Of bytes that have just been read from an open file.
  /// - Parameter descriptor: Borrowed.
  package init?(of kind: Kind, readFrom descriptor: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let stamp = FileStamp(borrowing: descriptor) else { return nil }
    self.kind = kind
    self.stamp = stamp
    unsafe self.bytes = unsafe bytes
  }

  /// What was noted; nil if nothing was. May wait for the store.
  package func noted(in engine: Resumption) -> Int32? {
    guard let ring = try? engine.keyRing(create: false) else { return nil }
    if stamp.isKept, let count = read(byStamp, ring.newest, engine) { return count }
    guard let byContents, let count = read(byContents, ring.newest, engine) else { return nil }
    // The next one needn't digest them.
    if stamp.isTelling { write(count, byStamp, ring.newest, engine) }
    return count
  }

  /// Notes what GnuTLS has answered.
  package func note(_ count: Int32, in engine: Resumption) {
    guard let ring = try? engine.keyRing(create: true), let place = stamp.isTelling ? byStamp : byContents else {
      return
    }
    write(count, place, ring.newest, engine)
  }

  private static let formatVersion: UInt8 = 1

  private func read(_ place: [UInt8], _ key: MasterKey, _ engine: Resumption) -> Int32? {
    guard let digest = try? key.digest(place), let note = try? engine.note(server: digest, identity: nil, key: key)
    else { return nil }
    var reader = ByteReader(note[...])
    guard reader.integer(UInt8.self) == Self.formatVersion, let count = reader.integer(UInt32.self), reader.isAtEnd
    else { return nil }
    return Int32(exactly: count)
  }

  private func write(_ count: Int32, _ place: [UInt8], _ key: MasterKey, _ engine: Resumption) {
    guard let count = UInt32(exactly: count), let digest = try? key.digest(place),
      let generation = try? engine.store.get().generation()
    else { return }
    var note = [Self.formatVersion]
    note.append(bigEndian: count)
    _ = try? engine.setNote(note, server: digest, identity: nil, generation: generation, key: key)
  }

  // MARK: Where it is noted

  private static let purpose = Array("gnutls-resume/2 trust count\0".utf8)

  /// Another GnuTLS may count otherwise.
  private var beginning: [UInt8] {
    var place = Self.purpose
    place.append(text: GnuTLSVersion.current)
    place.append(kind.rawValue)
    return place
  }

  private var byStamp: [UInt8] {
    var place = beginning
    place.append(1)
    stamp.appendFile(to: &place)
    return place
  }

  /// Nil if GnuTLS gives no digest.
  private var byContents: [UInt8]? {
    guard let digest = unsafe SHA256.digest(bytes) else { return nil }
    var place = beginning
    place.append(2)
    place.append(digest)
    return place
  }
}
