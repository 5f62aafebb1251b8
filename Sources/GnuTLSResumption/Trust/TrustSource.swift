internal import SessionTickets

/// Where something comes from that a verification depends on.
enum TrustSource: Hashable {
  case file(RawPath)
  case folder(RawPath)
  case memory(digest: Digest)
}

extension TrustSource {
  /// Of those that have a path.
  func append(to result: inout [UInt8]) {
    switch self {
    case .file(let path):
      result.append(1)
      result.append(field: path.bytes)
    case .folder(let path):
      result.append(2)
      result.append(field: path.bytes)
    case .memory: result.append(0)
    }
  }

  var byteCount: Int {
    switch self {
    case .file(let path), .folder(let path): 5 + path.bytes.count
    case .memory: 1
    }
  }

  init?(_ reader: inout ByteReader) {
    guard let kind = reader.integer(UInt8.self), let path = reader.field(UInt32.self) else { return nil }
    switch kind {
    case 1: self = .file(RawPath(bytes: Array(path)))
    case 2: self = .folder(RawPath(bytes: Array(path)))
    default: return nil
    }
  }
}

/// What was found at a ``TrustSource``: enough to tell later whether it is still the same.
enum TrustNote: Hashable {
  /// With the digest of the contents; nil for a large file whose stamp tells by itself.
  case file(FileStamp, Digest?)
  case folder(Digest, isSettled: Bool)
  case memory(Digest)
}

extension TrustNote {
  /// What a source is now, by its stamp alone where that is kept; nil if it can't be read.
  init?(_ source: TrustSource) {
    switch source {
    case .file(let path):
      guard let file = Descriptor(reading: path), let stamp = FileStamp(file) else { return nil }
      guard !stamp.isKept else {
        self = .file(stamp, nil)
        return
      }
      guard let read = try? TrustFile(file, path, purpose: ""), let digest = read.digest else { return nil }
      self = .file(read.stamp, digest)
    case .folder(let path):
      guard let folder = try? TrustFolder(path), let digest = folder.digest else { return nil }
      self = .folder(digest, isSettled: folder.isSettled)
    case .memory(let digest): self = .memory(digest)
    }
  }

  /// Whether a source holds what was noted. Reads a file only where its stamp doesn't tell; of a folder, if that
  /// doesn't tell, the answer is no.
  func holds(for source: TrustSource) -> Bool { confirmation(for: source) != nil }

  /// The note, if the source holds it, as it would be taken now: with a stamp that may tell by itself from now on.
  func confirmed(for source: TrustSource) -> TrustNote? {
    switch confirmation(for: source) {
    case .asNoted: self
    case .anew(let note): note
    case .none: nil
    }
  }

  enum Confirmation {
    case asNoted
    /// The same contents behind another stamp.
    case anew(TrustNote)
  }

  /// Whether the source holds it, and what is to be noted instead if it does; nil if it doesn't.
  func confirmation(for source: TrustSource) -> Confirmation? {
    switch (self, source) {
    case (.file(let stamp, let digest), .file(let path)):
      guard let file = Descriptor(reading: path), let current = FileStamp(file) else { return nil }
      if stamp.certainlyMatches(current) { return .asNoted }
      guard let digest, let read = try? TrustFile(file, path, purpose: ""), read.digest == digest else { return nil }
      return .anew(.file(read.stamp, digest))
    case (.folder(let digest, let isSettled), .folder(let path)):
      return isSettled && (try? TrustFolder(path))?.digest == digest ? .asNoted : nil
    case (.memory(let noted), .memory(let digest)):
      return noted == digest ? .asNoted : nil
    default:
      return nil
    }
  }

  /// The same, by what has been noted of the source now.
  func confirmation(by current: TrustNote) -> Confirmation? {
    switch (self, current) {
    case (.file(let stamp, let digest), .file(let other, let otherDigest)):
      if stamp.certainlyMatches(other) { return .asNoted }
      guard let digest, digest == otherDigest else { return nil }
      return .anew(current)
    case (.folder(let digest, let isSettled), .folder(let other, _)):
      return isSettled && digest == other ? .asNoted : nil
    case (.memory(let digest), .memory(let other)):
      return digest == other ? .asNoted : nil
    default:
      return nil
    }
  }
}

extension TrustNote {
  /// The most that a note takes, in bytes.
  static let mostBytes = 1 + 41 + Digest.byteCount

  func append(to result: inout [UInt8]) {
    switch self {
    case .file(let stamp, let digest):
      result.append(digest == nil ? 4 : 1)
      stamp.append(to: &result)
      if let digest { result.append(digest) }
    case .folder(let digest, let isSettled):
      result.append(2)
      result.append(digest)
      result.append(isSettled ? 1 : 0)
    case .memory(let digest):
      result.append(3)
      result.append(digest)
    }
  }

  /// Appends what is the source's, and is the same whoever looks at it, and when. Returns false if it can't be told.
  func appendSource(to result: inout [UInt8]) -> Bool {
    switch self {
    case .file(let stamp, _) where stamp.isKept:
      result.append(1)
      stamp.appendFile(to: &result)
    case .file(_, nil): return false
    case .file(_, let digest?):
      result.append(2)
      result.append(digest)
    case .folder(let digest, _):
      result.append(3)
      result.append(digest)
    case .memory(let digest):
      result.append(4)
      result.append(digest)
    }
    return true
  }

  init?(_ reader: inout ByteReader) {
    switch reader.integer(UInt8.self) {
    case 1:
      guard let stamp = FileStamp(&reader), let digest = reader.digest() else { return nil }
      self = .file(stamp, digest)
    case 2:
      guard let digest = reader.digest(), let settled = reader.integer(UInt8.self), settled <= 1 else { return nil }
      self = .folder(digest, isSettled: settled == 1)
    case 3:
      guard let digest = reader.digest() else { return nil }
      self = .memory(digest)
    case 4:
      guard let stamp = FileStamp(&reader) else { return nil }
      self = .file(stamp, nil)
    default: return nil
    }
  }
}

extension ByteReader {
  fileprivate mutating func digest() -> Digest? { bytes(Digest.byteCount).flatMap { Digest($0) } }
}
