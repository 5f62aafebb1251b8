import ArgumentParser
import GnuTLSResumption

/// What lies between connecting and TLS.
struct WayOptions: ParsableArguments {
  @OptionGroup var startTLS: StartTLSOption

  @Option(
    help: ArgumentHelp(
      "Connect through an HTTP or a SOCKS5 proxy, which resolves the host's name.",
      discussion:
        "http://[user:password@]host:port or socks5://[user:password@]host:port, with what isn't a letter or a "
        + "digit in user and password as % and two hexadecimal digits. Whoever may see the machine's processes sees these; "
        + "the proxy gets them in the clear.",
      valueName: "url"))
  var proxy: String?

  func validate() throws { _ = try proxyOfURL() }

  /// The port where none is named.
  var port: UInt16 { startTLS.port }

  /// Puts it into a configuration.
  func apply(to configuration: inout TLSConfiguration) throws {
    configuration.startTLS = startTLS.startTLS
    configuration.proxy = try proxyOfURL()
  }

  /// - Throws: `ValidationError`, without the URL: there may be a password in it.
  private func proxyOfURL() throws -> Proxy? {
    guard let proxy else { return nil }
    // Not by the option's transform, whose failure would show the whole.
    guard proxy.utf8.elementsEqual(proxy.unescapedBytes) else { throw ValidationError("--proxy is no text (UTF-8).") }
    let kinds = [("http://", Proxy.Kind.http), ("socks5://", .socks5), ("socks5h://", .socks5)]
    guard let (scheme, kind) = kinds.first(where: { proxy.lowercased().hasPrefix($0.0) }) else {
      throw ValidationError("--proxy takes http://host:port or socks5://host:port.")
    }
    var rest = proxy.dropFirst(scheme.count)
    if rest.last == "/" { rest.removeLast() }
    let at = rest.lastIndex(of: "@")
    let place = at.map { rest[rest.index(after: $0)...] } ?? rest
    guard let server = try? HostPort(String(place)), let port = server.port else {
      throw ValidationError("--proxy names no host and port: write them as in http://proxy.example:3128.")
    }
    guard let at else { return Proxy(kind, host: server.host, port: port) }
    let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = parts.first.flatMap(Self.decoded), let password = Self.decoded(parts.count > 1 ? parts[1] : ""),
      !user.isEmpty
    else {
      throw ValidationError("--proxy: user or password is empty, or has a % that no two hexadecimal digits follow.")
    }
    return Proxy(kind, host: server.host, port: port, user: user, password: password)
  }

  /// RFC 3986, section 2.1.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
