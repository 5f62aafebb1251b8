import ArgumentParser

/// `HOST[:PORT]`, with an IPv6 address in brackets.
struct HostPort: Equatable {
  let host: String
  let port: UInt16?

  /// - Throws: `ValidationError`, with what to do about it.
  init(_ argument: String) throws {
    let argument = try text(argument)
    guard !argument.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw ValidationError("a host has no control characters.")
    }
    guard !argument.contains("://") else { throw ValidationError("it is a URL; give its host and port alone.") }
    guard !argument.contains("/") else { throw ValidationError("leave away the slash and what follows it.") }
    let host: Substring
    let rest: Substring
    if argument.utf8.first == UInt8(ascii: "[") {
      guard let end = argument.firstIndex(of: "]") else { throw ValidationError("the closing bracket is missing.") }
      host = argument.dropFirst()[..<end]
      rest = argument[argument.index(after: end)...]
    } else {
      let colon = argument.firstIndex(of: ":") ?? argument.endIndex
      host = argument[..<colon]
      rest = argument[colon...]
      guard !rest.dropFirst().contains(":") else {
        throw ValidationError("an IPv6 address stands in brackets, as in [::1]:443.")
      }
    }
    guard !host.isEmpty else { throw ValidationError("the host is missing.") }
    self.host = String(host)
    port = rest.isEmpty ? nil : try Self.port(rest)
  }

  /// Digits alone: `UInt16` would take a sign too.
  private static func port(_ rest: Substring) throws -> UInt16 {
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let number = UInt16(digits), number > 0
    else { throw ValidationError("a port is a number from 1 to 65535, behind a colon.") }
    return number
  }
}
