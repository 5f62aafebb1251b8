internal import CGnuTLS
package import SessionTickets

/// How many anchors or revocation lists a file's bytes held when GnuTLS loaded them: so that who wants to load the same
/// bytes again can be answered before they are parsed.
///
/// By their digest: a stamp may be the same while a page that was mapped has changed. Sealed like all notes. One that lies makes
/// a wrong number of it, and what is parsed later and has another is refused.
package struct TrustCount {
  package enum Kind: UInt8 {
    case anchors = 1
    case revocationLists = 2
    /// The files of a folder, and in which order.
    case folder = 3
  }

  private let kind: Kind
  /// Of the bytes.
  private let digest: Digest
  /// Of the file that GnuTLS was loaded from; nil if nobody knows.
  private let library: FileStamp?

  /// - Parameters:
  ///   - digest: Of bytes that have just been read.
  ///   - library: The file that GnuTLS was loaded from; nil if nobody knows.
  package init(of kind: Kind, _ digest: Digest, library: RawPath?) {
    self.library = library.flatMap { FileStamp(unopened: $0) }
    self.kind = kind
    self.digest = digest
  }

  /// What was noted; nil if nothing was. May wait for the store.
  package func noted(in engine: Resumption) -> Int32? {
    guard let ring = try? engine.keyRing(create: false) else { return nil }
    return read(byContents, ring.newest, engine)
  }

  /// Notes what GnuTLS has answered.
  package func note(_ count: Int32, in engine: Resumption) {
    guard let ring = try? engine.keyRing(create: true) else { return }
    write(count, byContents, ring.newest, engine)
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
      let generation = try? engine.local.store.get().generation()
    else { return }
    var note = [Self.formatVersion]
    note.append(bigEndian: count)
    _ = try? engine.setNote(note, server: digest, identity: nil, generation: generation, key: key)
  }

  // MARK: Where it is noted

  private static let purpose = Array("gnutls-resume/2 trust count\0".utf8)

  /// Another GnuTLS may count otherwise, an update of the same version too.
  private var beginning: [UInt8] {
    var place = Self.purpose
    place.append(text: GnuTLSVersion.current)
    if let library { library.appendFile(to: &place) }
    place.append(kind.rawValue)
    return place
  }

  private var byContents: [UInt8] {
    var place = beginning
    place.append(2)
    place.append(digest)
    return place
  }
}
