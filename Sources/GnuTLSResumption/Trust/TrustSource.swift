internal import SessionTickets

/// Where something comes from that a verification depends on.
enum TrustSource: Hashable {
  case file(String)
  /// A file that need not be there, and that GnuTLS reads by itself.
  case configuration(String)
  case folder(String)
  case memory(digest: Digest)
}

/// What was found at a ``TrustSource``: enough to tell later whether it is still the same.
enum TrustNote: Hashable {
  case absent
  /// With the digest of the contents; nil for a large file whose stamp is settled, and so tells by itself.
  case file(FileStamp, Digest?)
  case folder(Digest, isSettled: Bool)
  case memory(Digest)
}

extension TrustNote {
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
    case (.absent, .configuration(let path)):
      return FileStamp(path: path) == nil ? .asNoted : nil
    case (.file(let stamp, let digest), .file(let path)), (.file(let stamp, let digest), .configuration(let path)):
      guard let current = FileStamp(path: path) else { return nil }
      if stamp.certainlyMatches(current) { return .asNoted }
      guard let digest, let file = try? TrustFile(path, purpose: ""), file.digest == digest else { return nil }
      return .anew(.file(file.stamp, digest))
    case (.folder(let digest, let isSettled), .folder(let path)):
      return isSettled && (try? TrustFolder(path))?.digest == digest ? .asNoted : nil
    case (.memory(let noted), .memory(let digest)):
      return noted == digest ? .asNoted : nil
    default:
      return nil
    }
  }

  /// The most that a note takes, in bytes.
  static let mostBytes = 1 + 41 + Digest.byteCount

  func append(to result: inout [UInt8]) {
    switch self {
    case .absent: result.append(0)
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

  init?(_ reader: inout ByteReader) {
    switch reader.integer(UInt8.self) {
    case 0: self = .absent
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

extension TrustNote {
  init?(whole bytes: ArraySlice<UInt8>) {
    var reader = ByteReader(bytes)
    self.init(&reader)
    guard reader.isAtEnd else { return nil }
  }
}

extension ByteReader {
  fileprivate mutating func digest() -> Digest? { bytes(Digest.byteCount).flatMap { Digest($0) } }
}
