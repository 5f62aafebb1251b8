internal import CGnuTLS
internal import CSessionTickets
internal import Glibc
internal import GnuTLSResumption
internal import SessionTickets

/// A line for each connection: for people on standard error, and with the time, or as JSON, in a file. There is another if
/// the store fails later.
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

    /// In a word, for programs.
    var name: String {
      switch self {
      case .done(let outcome): outcome.isResumed ? "resumed" : "full"
      case .failed: "failed"
      case .refused: "refused"
      case .notKept: "notKept"
      case .leftAlone: "leftAlone"
      }
    }

    /// Why it isn't a resumption, in a word.
    var reason: String? {
      switch self {
      case .done(let outcome): outcome.reason?.rawValue
      case .failed(let code, _): unsafe gnutls_strerror_name(code).map { unsafe String(cString: $0) }
      case .refused, .notKept: nil
      case .leftAlone(let reason): reason.rawValue
      }
    }

    /// In seconds, if the handshake is a resumption.
    var ticketAge: Int64? {
      guard case .done(let outcome) = self, outcome.isResumed else { return nil }
      return outcome.ticketAge
    }

    var storeError: StoreError? {
      switch self {
      case .done(let outcome), .failed(_, let outcome), .refused(let outcome), .notKept(let outcome): outcome.storeError
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

  static func write(_ line: LogLine) {
    var text = line.text
    if let file = Settings.logFile, !Engine.hasOtherRoot {
      let time = TimeOfLine.now
      if let reason = append(Settings.logsJSON ? line.json(time: time) : "\(time.text) \(text)", to: file) {
        text += "; the log can't be written: \(unsafe String(cString: strerror(reason)))"
      }
    }
    if Settings.isVerbose { writeToStandardError(Array("\(text)\n".utf8)) }
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
