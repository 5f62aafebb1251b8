internal import SessionTickets

/// Which contents this machine's trust files and folders have: so that a verdict of another machine, which can only tell
/// contents, is understood without reading them again.
///
/// What was digested is noted in this machine's own store, sealed under its own key, with what tells that a file is still the
/// same, and with the kernel's boot id: another machine's stamps say nothing here, nor do those of before.
struct TrustDigests {
  private let engine: Resumption

  init(of engine: Resumption) { self.engine = engine }

  /// A file as it is now; nil if it can't be read.
  func file(_ path: RawPath) -> (stamp: FileStamp, contents: Digest)? {
    guard let file = Descriptor(reading: path), let stamp = FileStamp(file) else { return nil }
    if stamp.isTelling, let known = known(.file, path, as: stamp.bytes) { return (stamp, known) }
    guard let read = try? TrustFile(file, path, purpose: ""), let digest = read.digest else { return nil }
    if read.stamp.isTelling { note(digest, .file, path, as: read.stamp.bytes) }
    return (read.stamp, digest)
  }

  /// A folder as it is now: its note, and a digest over its files' names and contents; nil if that can't be told.
  func folder(_ path: RawPath) -> (note: TrustNote, contents: Digest)? {
    guard let folder = try? TrustFolder(path), let listing = folder.digest, folder.isSettled else { return nil }
    let note = TrustNote.folder(listing, isSettled: true)
    if let known = known(.folder, path, as: listing.bytes) { return (note, known) }
    guard let digest = folder.contentsDigest else { return nil }
    self.note(digest, .folder, path, as: listing.bytes)
    return (note, digest)
  }

  /// Whether something of this path was noted here.
  func knows(_ source: TrustSource) -> Bool {
    switch source {
    case .file(let path): read(.file, path) != nil
    case .folder(let path): read(.folder, path) != nil
    case .memory: true
    }
  }

  // MARK: Notes

  private enum Kind: UInt8 {
    case file = 1
    case folder = 2
  }

  private static let purpose = Array("gnutls-resume/1 trust digest\0".utf8)
  private static let formatVersion: UInt8 = 1

  /// Nil unless it was noted of just this, since the machine has started.
  private func known(_ kind: Kind, _ path: RawPath, as mark: [UInt8]) -> Digest? {
    guard let note = read(kind, path) else { return nil }
    var reader = ByteReader(note[...])
    guard reader.integer(UInt8.self) == Self.formatVersion, let boot = reader.bytes(BootID.byteCount),
      BootID.isTold, boot.elementsEqual(BootID.current), let noted = reader.field(UInt32.self),
      noted.elementsEqual(mark), let digest = reader.bytes(Digest.byteCount).flatMap({ Digest($0) }), reader.isAtEnd
    else { return nil }
    return digest
  }

  private func read(_ kind: Kind, _ path: RawPath) -> [UInt8]? {
    guard let key = (try? engine.keyRing(create: false))?.newest, let place = place(kind, path, key) else { return nil }
    return (try? engine.note(server: place, identity: nil, key: key)) ?? nil
  }

  private func note(_ digest: Digest, _ kind: Kind, _ path: RawPath, as mark: [UInt8]) {
    guard BootID.isTold, let key = (try? engine.keyRing(create: true))?.newest, let place = place(kind, path, key),
      let generation = try? engine.local.store.get().generation()
    else { return }
    var note = [Self.formatVersion]
    note += BootID.current
    note.append(field: mark)
    note.append(digest)
    _ = try? engine.setNote(note, server: place, identity: nil, generation: generation, key: key)
  }

  private func place(_ kind: Kind, _ path: RawPath, _ key: MasterKey) -> Digest? {
    try? key.digest(Self.purpose + [kind.rawValue] + path.bytes)
  }
}

extension FileStamp {
  fileprivate var bytes: [UInt8] {
    var result: [UInt8] = []
    appendFile(to: &result)
    return result
  }
}

extension TrustFolder {
  /// Over all files' names, within the folder, and contents; nil if one is not any more what was listed.
  fileprivate var contentsDigest: Digest? {
    var listing: [UInt8] = []
    for file in files {
      var digest = file.digest
      if digest == nil {
        guard let read = try? TrustFile(file.path, purpose: ""), read.stamp == file.stamp else { return nil }
        digest = read.digest
      }
      guard let digest else { return nil }
      listing.append(field: file.path.bytes.dropFirst(path.bytes.count + 1))
      listing.append(digest)
    }
    return SHA256.digest(listing)
  }
}
