internal import CSessionTickets
internal import SessionTickets

/// What the environment says about places. A program that has more rights than who runs it believes nothing of it.
enum Variables {
  /// Relative paths are to be ignored, says the XDG Base Directory Specification.
  static func absolutePath(_ variable: String) -> RawPath? { absolute(value(variable)) }

  /// The first of several paths, which colons divide (systemd.exec(5)).
  static func firstAbsolutePath(_ variable: String) -> RawPath? {
    absolute(value(variable).map { RawPath(bytes: Array($0.bytes.prefix { $0 != UInt8(ascii: ":") })) })
  }

  private static func value(_ variable: String) -> RawPath? {
    guard let value = unsafe csessiontickets_environment(variable) else { return nil }
    return unsafe RawPath(cString: value)
  }

  private static func absolute(_ path: RawPath?) -> RawPath? {
    guard let path, path.isAbsolute else { return nil }
    return path
  }
}
