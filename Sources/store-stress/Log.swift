import Glibc

/// What a worker's log says, over all processes that wrote it.
struct Log {
  /// An operation that began, and whose end the log doesn't tell: its process was killed.
  struct Interrupted {
    let identity: Int
    /// The ticket, if it was an insertion.
    let inserting: String?
  }

  private(set) var insertedCount = 0
  /// The first sequence number that no process has used.
  private(set) var nextSequence = 0
  private(set) var inserted: [(id: String, identity: Int)] = []
  private(set) var given: [String] = []
  private(set) var removed: [(reason: String, id: String)] = []
  private(set) var interrupted: [Interrupted] = []

  init(path: String) throws {
    var pending: Interrupted?
    for line in try Self.lines(path) {
      let words = line.split(separator: " ").map(String.init)
      switch words.first {
      case "begin":
        if let pending { interrupted.append(pending) }
        pending = nil
      case "taking" where words.count == 2:
        pending = Interrupted(identity: Int(words[1]) ?? -1, inserting: nil)
      case "inserting" where words.count == 3:
        pending = Interrupted(identity: Int(words[1]) ?? -1, inserting: words[2])
        nextSequence += 1
      case "given" where words.count == 2:
        given.append(words[1])
        pending = nil
      case "missed":
        pending = nil
      case "inserted":
        guard let ended = pending, let id = ended.inserting else { throw ExerciseError("inserted what?") }
        inserted.append((id, ended.identity))
        insertedCount += 1
        pending = nil
      case "removed" where words.count == 3:
        removed.append((words[1], words[2]))
      default:
        throw ExerciseError("a torn line in \(path): \(line)")
      }
    }
    if let pending { interrupted.append(pending) }
  }

  private static func lines(_ path: String) throws -> [Substring] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ExerciseError("\(path) can't be read: error \(errno)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
