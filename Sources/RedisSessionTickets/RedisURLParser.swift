import SessionTickets

/// Reads a ``RedisURL``. What is wrong is said without repeating the text, as a password may stand in it.
enum RedisURLParser {
  static func parse(_ bytes: [UInt8]) throws(StoreError) -> RedisURL {
    guard bytes.count <= RedisURL.maximumByteCount else { throw wrong("it is longer than 4096 bytes") }
    guard let (scheme, rest) = scheme(bytes) else {
      throw wrong("it doesn't begin with redis://, rediss:// or redis+unix://")
    }
    // A space or NUL is never meant; a fragment is a password with a sign that isn't encoded.
    guard !rest.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
      throw wrong("it holds a space or a control character")
    }
    guard !rest.contains(UInt8(ascii: "#")) else { throw wrong("it holds a '#', to be written %23") }
    let parts = rest.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let pathStart = parts[0].firstIndex(of: UInt8(ascii: "/")) ?? parts[0].endIndex
    let authority = parts[0][..<pathStart]
    let path = parts[0][pathStart...]
    let at = authority.lastIndex(of: UInt8(ascii: "@"))
    let host = at.map { authority[authority.index(after: $0)...] } ?? authority
    var url: RedisURL
    switch scheme {
    case .socket:
      guard host.isEmpty else {
        throw wrong("after redis+unix:// comes the absolute path of a socket, with three slashes")
      }
      let path = try decoded(path)
      guard path.count > 1, !path.contains(0) else { throw wrong("it names no socket") }
      url = RedisURL(endpoint: .socket(RawPath(bytes: path)))
    case .plain, .secure:
      url = RedisURL(endpoint: try network(host, isSecure: scheme == .secure))
      if path.count > 1 { url.database = try database(path.dropFirst()) }
    }
    if let at { try readUser(authority[..<at], into: &url) }
    if parts.count > 1 { try readOptions(parts[1], into: &url) }
    guard url.user == nil || url.password != nil || url.passwordFile != nil else {
      throw wrong("it names a user, but no password and no password-file")
    }
    guard url.password == nil || url.passwordFile == nil else { throw wrong("it has a password and a password-file") }
    return url
  }

  private enum Scheme { case plain, secure, socket }

  private static func scheme(_ bytes: [UInt8]) -> (Scheme, ArraySlice<UInt8>)? {
    func rest(after scheme: StaticString) -> ArraySlice<UInt8>? {
      scheme.withUTF8Buffer { unsafe bytes.starts(with: $0) ? bytes.dropFirst($0.count) : nil }
    }
    if let rest = rest(after: "redis://") { return (.plain, rest) }
    if let rest = rest(after: "rediss://") { return (.secure, rest) }
    if let rest = rest(after: "redis+unix://") { return (.socket, rest) }
    return nil
  }

  private static func network(_ text: ArraySlice<UInt8>, isSecure: Bool) throws(StoreError) -> RedisEndpoint {
    var host = text
    var port = RedisURL.standardPort
    let colon: Int?
    if text.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { throw wrong("an address in brackets has no end") }
      host = text[(text.startIndex + 1)..<end]
      let after = text.index(after: end)
      guard after == text.endIndex || text[after] == UInt8(ascii: ":") else {
        throw wrong("behind the brackets comes nothing but a port")
      }
      guard host.contains(UInt8(ascii: ":")) else { throw wrong("in brackets stands an IPv6 address") }
      colon = after == text.endIndex ? nil : after
    } else {
      colon = text.firstIndex(of: UInt8(ascii: ":"))
      if let colon { host = text[..<colon] }
      guard colon == text.lastIndex(of: UInt8(ascii: ":")) else { throw wrong("an IPv6 address stands in brackets") }
    }
    if let colon {
      guard let number = number(text[text.index(after: colon)...], upTo: 65_535), number > 0 else {
        throw wrong("the port is no number from 1 to 65535")
      }
      port = UInt16(truncatingIfNeeded: number)
    }
    let name = try decoded(host)
    guard !name.isEmpty else { throw wrong("it names no host") }
    guard name.count <= 255, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw wrong("the host's name is none") }
    return .network(host: String(decoding: name, as: UTF8.self), port: port, isSecure: isSecure)
  }

  private static func readUser(_ text: ArraySlice<UInt8>, into url: inout RedisURL) throws(StoreError) {
    let colon = text.firstIndex(of: UInt8(ascii: ":"))
    let user = try decoded(text[..<(colon ?? text.endIndex)])
    if !user.isEmpty {
      let name = String(decoding: user, as: UTF8.self)
      guard name.utf8.elementsEqual(user) else { throw wrong("the user's name is no text") }
      url.user = name
    }
    guard let colon else { return }
    let password = try decoded(text[text.index(after: colon)...])
    guard !password.isEmpty else { throw wrong("the password is empty") }
    url.password = RedisSecret(bytes: password)
  }

  private static func readOptions(_ text: ArraySlice<UInt8>, into url: inout RedisURL) throws(StoreError) {
    var seen: [String] = []
    var (records, perIdentity, bytes) = (url.bounds.records, url.bounds.recordsPerIdentity, url.bounds.bytes)
    for option in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
      let equals = option.firstIndex(of: UInt8(ascii: "=")) ?? option.endIndex
      let name = String(decoding: option[..<equals], as: UTF8.self)
      let value = try decoded(option[equals...].dropFirst())
      guard !seen.contains(name) else { throw wrong("an option is there twice") }
      seen.append(name)
      switch name {
      case "db":
        guard case .socket = url.endpoint else { throw wrong("a database's number stands behind the host: /NUMBER") }
        url.database = try database(value[...])
      case "prefix": url.prefix = try prefix(value)
      case "password-file":
        guard value.first == UInt8(ascii: "/"), !value.contains(0) else {
          throw wrong("password-file is no absolute path")
        }
        url.passwordFile = RawPath(bytes: value)
      case "ca-file":
        guard case .network(_, _, isSecure: true) = url.endpoint, value.first == UInt8(ascii: "/"), !value.contains(0)
        else {
          throw wrong("ca-file is an absolute path, and for rediss:// only")
        }
        url.caFile = RawPath(bytes: value)
      case "wait": url.wait = try count(value, "wait", upTo: 60_000)
      case "records": records = try count(value, "records", upTo: 1_000_000_000)
      case "per-identity": perIdentity = try count(value, "per-identity", upTo: 256)
      case "megabytes": bytes = try count(value, "megabytes", upTo: 1 << 20) << 20
      default:
        throw wrong(
          "it has an option that is none of prefix, password-file, ca-file, wait, records, per-identity, megabytes"
            + " and, for a socket, db")
      }
    }
    url.bounds = StoreBounds(recordsPerIdentity: perIdentity, records: records, bytes: bytes)
  }

  private static func prefix(_ bytes: [UInt8]) throws(StoreError) -> String {
    let isGood = bytes.allSatisfy { character in
      isLetterOrDigit(character) || ".:_-".utf8.contains(character)
    }
    guard isGood, 1...64 ~= bytes.count else {
      throw wrong("prefix is 1 to 64 letters, digits, '.', '_', ':' and '-'")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func database(_ text: ArraySlice<UInt8>) throws(StoreError) -> Int {
    guard let number = number(text, upTo: 65_535) else { throw wrong("the database is no number") }
    return number
  }

  private static func count(_ bytes: [UInt8], _ name: String, upTo limit: Int) throws(StoreError) -> Int {
    guard let number = number(bytes[...], upTo: limit), number > 0 else {
      throw wrong("\(name) is no number from 1 to \(limit)")
    }
    return number
  }

  private static func number(_ text: ArraySlice<UInt8>, upTo limit: Int) -> Int? {
    guard 1...10 ~= text.count else { return nil }
    var number = 0
    for character in text {
      guard 0x30...0x39 ~= character else { return nil }
      number = number * 10 + Int(character - 0x30)
    }
    return number <= limit ? number : nil
  }

  private static func isLetterOrDigit(_ character: UInt8) -> Bool {
    0x30...0x39 ~= character || 0x41...0x5A ~= character || 0x61...0x7A ~= character
  }

  // MARK: Percent-encoding (RFC 3986, section 2.1)

  private static func decoded(_ text: ArraySlice<UInt8>) throws(StoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == UInt8(ascii: "%") else {
        bytes.append(text[index])
        index += 1
        continue
      }
      guard index + 2 < text.endIndex, let high = nibble(text[index + 1]), let low = nibble(text[index + 2]) else {
        throw wrong("behind a '%' come no two hexadecimal digits; a '%' itself is written %25")
      }
      bytes.append(high << 4 | low)
      index += 3
    }
    return bytes
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x37
    case 0x61...0x66: character - 0x57
    default: nil
    }
  }

  static func encoded(_ text: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text {
      if isLetterOrDigit(byte) || "/-._~".utf8.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func wrong(_ what: String) -> StoreError {
    StoreError(.unavailable, "the store's URL can't be used: \(what)", place: "", leavesNothing: true)
  }
}
