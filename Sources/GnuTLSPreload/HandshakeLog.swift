internal import CGnuTLS
internal import CSessionTickets
internal import Glibc
internal import GnuTLSResumption
internal import SessionTickets

/// A line for each connection, for people: on standard error, or with the time in a file. There is another if the store
/// fails later.
enum HandshakeLog {
  enum Event {
    case done(Outcome)
    case failed(Int32, Outcome)
    case refused(Outcome)
    case notKept(Outcome)
    case leftAlone(LeftAlone)

    var text: String {
      switch self {
      case .done(let outcome): Self.text(of: outcome)
      case .failed(let code, _): unsafe "failed (\(String(cString: gnutls_strerror(code))))"
      case .refused: "resumed, but refused by the program's own check"
      case .notKept: "its tickets can't be kept"
      case .leftAlone(let reason): "left alone: \(reason.text)"
      }
    }

    var storeError: String? {
      switch self {
      case .done(let outcome), .failed(_, let outcome), .refused(let outcome), .notKept(let outcome):
        outcome.storeError.map { "\($0)" }
      case .leftAlone: nil
      }
    }

    var hasDuration: Bool {
      switch self {
      case .done, .failed, .refused: true
      case .notKept, .leftAlone: false
      }
    }

    private static func text(of outcome: Outcome) -> String {
      guard let reason = outcome.reason else { return "resumed (ticket of \(outcome.ticketAge ?? 0) s)" }
      return "full (\(reason.rawValue))"
    }
  }

  /// Nanoseconds of the monotonic clock.
  static var now: UInt64 {
    guard Settings.logs else { return 0 }
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }

  static func write(_ event: Event, server: String, began: UInt64, clearedNoTickets: Bool) {
    let program = Settings.program?.name ?? "?"
    var line = "gnutls-resume: \(program)[\(getpid())]: \(server): \(event.text)"
    if event.hasDuration { line += ", \(milliseconds(now &- began)) ms" }
    if clearedNoTickets { line += "; GNUTLS_NO_TICKETS cleared" }
    if let error = event.storeError { line += "; \(error)" }
    line = printable(line)
    if let file = Settings.logFile, !Engine.hasOtherRoot,
      let reason = append("\(TimeOfLine.now.text) \(line)", to: file)
    {
      line += "; the log can't be written: \(unsafe String(cString: strerror(reason)))"
    }
    if Settings.isVerbose { writeToStandardError(Array("\(line)\n".utf8)) }
  }

  /// Names may hold what a terminal would obey: control characters of either set, and those of writing directions.
  private static func printable(_ line: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: result.append(" ")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// To hundredths.
  private static func milliseconds(_ nanoseconds: UInt64) -> String {
    let hundredths = nanoseconds / 10_000
    let fraction = "\(hundredths % 100)"
    return "\(hundredths / 100).\(fraction.utf8.count == 1 ? "0" : "")\(fraction)"
  }

  /// What was behind standard error when the engine was loaded. A program that has closed it may have a connection or a
  /// document by that number.
  private static let standardError = standardErrorNow

  private static var standardErrorNow: (device: UInt64, inode: UInt64)? {
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK else { return nil }
    return (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  /// Once, when the engine is loaded.
  static func start() {
    if Settings.isVerbose { _ = standardError }
  }

  private static func writeToStandardError(_ bytes: [UInt8]) {
    guard let known = standardError, let now = standardErrorNow, known == now else { return }
    _ = unsafe csessiontickets_write_quietly(STDERR_FILENO, bytes, bytes.count)
  }

  /// In one piece, so that the lines of several processes don't mix.
  /// The file is opened for each: one that was renamed meanwhile is followed by a new one.
  /// - Returns: What went wrong, an `errno`.
  private static func append(_ line: String, to path: RawPath) -> Int32? {
    let bytes = Array("\(line)\n".utf8)
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let file = unsafe path.withCString { unsafe open($0, flags, 0o600) }
    guard file >= 0 else { return errno }
    defer { close(file) }
    let count = unsafe csessiontickets_write_quietly(file, bytes, bytes.count)
    // A disk that fills up takes some bytes first.
    return count < 0 ? errno : count < bytes.count ? ENOSPC : nil
  }
}
