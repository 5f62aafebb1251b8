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
  case file(FileStamp, Digest)
  case folder(Digest, isSettled: Bool)
  case memory(Digest)
}

extension TrustNote {
  /// Whether a source holds what was noted. Reads a file only where its stamp doesn't tell; of a folder, if that
  /// doesn't tell, the answer is no.
  func holds(for source: TrustSource) -> Bool { confirmed(for: source) != nil }

  /// The note, if the source holds it, as it would be taken now: with a stamp that may tell by itself from now on.
  func confirmed(for source: TrustSource) -> TrustNote? {
    switch (self, source) {
    case (.absent, .configuration(let path)):
      return FileStamp(path: path) == nil ? self : nil
    case (.file(let stamp, let digest), .file(let path)), (.file(let stamp, let digest), .configuration(let path)):
      guard let current = FileStamp(path: path) else { return nil }
      if stamp.certainlyMatches(current) { return self }
      guard let note = (try? TrustFile(path, purpose: ""))?.note, case .file(_, digest) = note else { return nil }
      return note
    case (.folder(let digest, let isSettled), .folder(let path)):
      return isSettled && (try? TrustFolder(path))?.digest == digest ? self : nil
    case (.memory(let noted), .memory(let digest)):
      return noted == digest ? self : nil
    default:
      return nil
    }
  }

  var bytes: [UInt8] {
    switch self {
    case .absent: [0]
    case .file(let stamp, let digest): [1] + stamp.bytes + digest.bytes
    case .folder(let digest, let isSettled): [2] + digest.bytes + [isSettled ? 1 : 0]
    case .memory(let digest): [3] + digest.bytes
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
