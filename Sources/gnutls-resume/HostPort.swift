import ArgumentParser

/// `HOST[:PORT]`, with an IPv6 address in brackets.
struct HostPort: ExpressibleByArgument, Equatable {
  let host: String
  let port: UInt16?

  init?(argument: String) {
    let host: Substring
    let rest: Substring
    if argument.hasPrefix("[") {
      guard let end = argument.firstIndex(of: "]") else { return nil }
      host = argument[argument.index(after: argument.startIndex)..<end]
      rest = argument[argument.index(after: end)...]
    } else {
      let colon = argument.firstIndex(of: ":") ?? argument.endIndex
      host = argument[..<colon]
      rest = argument[colon...]
    }
    guard !host.isEmpty else { return nil }
    if rest.isEmpty {
      port = nil
    } else {
      // Digits alone: UInt16 would take a sign too.
      let digits = rest.dropFirst()
      guard rest.first == ":", digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
        let number = UInt16(digits), number > 0
      else { return nil }
      port = number
    }
    self.host = String(host)
  }
}
