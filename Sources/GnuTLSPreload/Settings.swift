internal import Glibc
internal import SessionTickets

/// What `gnutls-resume run` has put into the environment.
enum Settings {
  /// The folder of the tickets, if not the user's own; or the URL of a store that machines share.
  static let store = path("GNUTLS_RESUME_STORE")
  /// The file of the master key, if not the user's own.
  static let keyFile = path("GNUTLS_RESUME_KEY_FILE")
  /// Whose tickets are shared, where the store is one that machines share.
  static let shared = path("GNUTLS_RESUME_SHARE")
  /// The file of the key that is shared.
  static let sharedKeyFile = path("GNUTLS_RESUME_SHARED_KEY_FILE")
  /// A file that gets a line for each connection.
  static let logFile = path("GNUTLS_RESUME_LOG")
  /// Whether that line is JSON.
  static let logsJSON = isOn("GNUTLS_RESUME_LOG_JSON")
  /// Whether standard error gets that line.
  static let isVerbose = isOn("GNUTLS_RESUME_VERBOSE")
  /// Whether programs that don't want tickets get none.
  static let respectsNoTickets = isOn("GNUTLS_RESUME_RESPECT_NO_TICKETS")

  /// The program's file, which divides one program's tickets from another's; nil where nothing tells it.
  static let program = ProgramPath.own

  static var logs: Bool { isVerbose || logFile != nil }

  private static func path(_ name: StaticString) -> RawPath? {
    guard let bytes = unsafe value(name), unsafe bytes.pointee != 0 else { return nil }
    return unsafe RawPath(cString: bytes)
  }

  private static func isOn(_ name: StaticString) -> Bool {
    guard let path = path(name) else { return false }
    return path.bytes != [UInt8(ascii: "0")]
  }

  private static func value(_ name: StaticString) -> UnsafeMutablePointer<CChar>? {
    unsafe UnsafeRawPointer(name.utf8Start).withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
      unsafe getenv($0)
    }
  }
}
