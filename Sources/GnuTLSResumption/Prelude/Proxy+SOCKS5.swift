internal import Glibc

extension Proxy {
  private static let version: UInt8 = 5
  private static let withoutCredentials: UInt8 = 0
  private static let byPassword: UInt8 = 2

  func connectBySOCKS(_ host: String, _ port: UInt16, _ stream: PlainStream) throws(ConnectionError) {
    try agree(stream)
    var request: [UInt8] = [Self.version, 1, 0]
    var four = in_addr()
    var six = in6_addr()
    if unsafe inet_pton(AF_INET, host, &four) == 1 {
      request.append(1)
      unsafe withUnsafeBytes(of: &four) { unsafe request.append(contentsOf: $0) }
    } else if unsafe inet_pton(AF_INET6, host, &six) == 1 {
      request.append(4)
      unsafe withUnsafeBytes(of: &six) { unsafe request.append(contentsOf: $0) }
    } else {
      request.append(3)
      try append(Array(host.utf8), to: &request)
    }
    request += [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
    try stream.send(request)
    let answer = try stream.bytes(4)
    guard answer[0] == Self.version else { throw stream.failure("doesn't answer as a SOCKS5 proxy does") }
    guard answer[1] == 0 else {
      throw stream.failure("doesn't connect to \(ServerIdentity(name: host, port: port)): \(Self.reason(answer[1]))")
    }
    // From which address it has connected.
    switch answer[3] {
    case 1: _ = try stream.bytes(4 + 2)
    case 3: _ = try stream.bytes(Int(try stream.bytes(1)[0]) + 2)
    case 4: _ = try stream.bytes(16 + 2)
    default: throw stream.failure("doesn't answer as a SOCKS5 proxy does")
    }
  }

  private func agree(_ stream: PlainStream) throws(ConnectionError) {
    let methods = credentials == nil ? [Self.withoutCredentials] : [Self.withoutCredentials, Self.byPassword]
    try stream.send([Self.version, UInt8(truncatingIfNeeded: methods.count)] + methods)
    let answer = try stream.bytes(2)
    guard answer[0] == Self.version else { throw stream.failure("doesn't answer as a SOCKS5 proxy does") }
    switch (answer[1], credentials) {
    case (Self.withoutCredentials, _): return
    case (Self.byPassword, let credentials?):
      var request: [UInt8] = [1]
      try append(credentials.user, to: &request)
      try append(credentials.password, to: &request)
      try stream.send(request)
      guard try stream.bytes(2)[1] == 0 else { throw stream.failure("doesn't take the credentials") }
    default: throw stream.failure("wants \(credentials == nil ? "" : "other ")credentials")
    }
  }

  private func append(_ field: [UInt8], to request: inout [UInt8]) throws(ConnectionError) {
    guard let count = UInt8(exactly: field.count), count > 0 else {
      throw ConnectionError(.configuration, "a SOCKS5 proxy takes names and credentials of 1 to 255 bytes")
    }
    request.append(count)
    request += field
  }

  /// RFC 1928, section 6.
  private static func reason(_ code: UInt8) -> String {
    switch code {
    case 2: "its rules don't allow it"
    case 3: "the network is unreachable"
    case 4: "the host is unreachable"
    case 5: "the connection is refused"
    case 6: "it takes too long"
    default: "answer \(code)"
    }
  }
}
