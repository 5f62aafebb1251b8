import Glibc

/// What stands out on a terminal (ECMA-48, section 8.3.117), unless `NO_COLOR` is set, or the terminal has no colours.
enum Colour: Int {
  case red = 31
  case green
  case yellow

  /// - Parameter text: Without anything that a terminal would obey.
  func paint(_ text: String, on descriptor: Int32) -> String {
    Self.areSeen(on: descriptor) ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }

  private static func areSeen(on descriptor: Int32) -> Bool {
    guard isatty(descriptor) == 1, value("NO_COLOR").isEmpty else { return false }
    return value("TERM") != "dumb"
  }

  private static func value(_ variable: String) -> String {
    unsafe getenv(variable).map { unsafe String(cString: $0) } ?? ""
  }
}
