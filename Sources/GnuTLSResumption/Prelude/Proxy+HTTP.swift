internal import CGnuTLS

extension Proxy {
  func connectByHTTP(_ host: String, _ port: UInt16, _ stream: PlainStream) throws(ConnectionError) {
    let authority = "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
    var request = Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n".utf8)
    if let credentials {
      guard !credentials.user.contains(UInt8(ascii: ":")) else {
        throw ConnectionError(.configuration, "an HTTP proxy can't be told a user's name with a colon in it")
      }
      let text = try Self.base64(credentials.user + [UInt8(ascii: ":")] + credentials.password)
      request += Array("Proxy-Authorization: Basic ".utf8) + text + Array("\r\n".utf8)
    }
    try stream.send(request + Array("\r\n".utf8))
    let status = try stream.line()
    // `HTTP/1.1 200 …`: of the words behind the number nothing is told, as they are the proxy's.
    let code = Array(status.dropFirst(9).prefix(3))
    guard status.begins(with: "HTTP/1."), status.count >= 12, status[8] == 0x20,
      code.allSatisfy({ (0x30...0x39).contains($0) })
    else { throw stream.failure("doesn't answer as an HTTP proxy does") }
    guard code[0] == UInt8(ascii: "2") else {
      let why = code == Array("407".utf8) ? ", as it wants other credentials" : ""
      throw stream.failure("doesn't connect to \(authority)\(why): status \(String(decoding: code, as: UTF8.self))")
    }
    while try !stream.line().isEmpty {}
  }

  /// RFC 4648, section 4.
  private static func base64(_ bytes: [UInt8]) throws(ConnectionError) -> [UInt8] {
    var encoded = unsafe gnutls_datum_t()
    guard unsafe bytes.withDatum({ unsafe gnutls_base64_encode2($0, &encoded) }) == 0 else {
      throw ConnectionError(.configuration, "there is no memory for the proxy's credentials")
    }
    defer { unsafe cgnutls_free(encoded.data) }
    return unsafe Array(UnsafeBufferPointer(start: encoded.data, count: Int(encoded.size)))
  }
}
