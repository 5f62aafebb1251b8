internal import Glibc

/// What `gnutls-resume run` has put into the environment.
enum Settings {
  /// The folder of the tickets, if not the user's own.
  static let store = value("GNUTLS_RESUME_STORE")
  /// The file of the master key, if not the user's own.
  static let keyFile = value("GNUTLS_RESUME_KEY_FILE")
  /// A file that gets a line for each connection.
  static let logFile = value("GNUTLS_RESUME_LOG")
  /// Whether standard error gets that line.
  static let isVerbose = value("GNUTLS_RESUME_VERBOSE") != nil
  /// Whether programs that don't want tickets get none.
  static let respectsNoTickets = value("GNUTLS_RESUME_RESPECT_NO_TICKETS") != nil

  /// The program's file, which divides one program's tickets from another's.
  static let program: String = {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { path in
      let count = unsafe readlink("/proc/self/exe", path.baseAddress!, path.count)
      return count > 0 ? unsafe String(decoding: path[..<count], as: UTF8.self) : "?"
    }
  }()

  static var logs: Bool { isVerbose || logFile != nil }

  private static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name), unsafe text.pointee != 0 else { return nil }
    return unsafe String(cString: text)
  }
}
