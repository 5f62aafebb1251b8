import Glibc

/// How far a long log has been read, on a terminal.
struct LogProgress {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var name = ""
  /// Nil if nobody knows.
  private var size: Int?
  private var count = 0
  private var told = 0
  private var isShown = false

  /// Between two words about it.
  private static let step = 64 << 20

  mutating func begin(_ name: String, _ descriptor: Int32) {
    var status = stat()
    let isKnown = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
    (self.name, size, count, told) = (name, isKnown ? Int(status.st_size) : nil, 0, 0)
  }

  mutating func advance(_ bytes: Int) {
    count += bytes
    guard isTerminal, count - told >= Self.step else { return }
    told = count
    isShown = true
    let much = size.map { "\(min(100, count * 100 / $0)) %" } ?? "\(count >> 20) MiB"
    StandardStreams.write(Array("\r\(name.printable): \(much)\u{1B}[K".utf8), to: STDERR_FILENO)
  }

  /// Takes it away again.
  func end() {
    if isShown { StandardStreams.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
  }
}
