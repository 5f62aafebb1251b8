/// What connects on the client's behalf: the server's name is resolved there, and not here.
public struct Proxy: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// `CONNECT` (RFC 9110, section 9.3.6), in the clear.
    case http
    /// RFC 1928.
    case socks5
  }

  public let kind: Kind
  public let host: String
  public let port: UInt16
  let credentials: ProxyCredentials?

  /// - Parameters:
  ///   - kind: What it speaks.
  ///   - host: The proxy's own name or address.
  ///   - port: The port at which it listens.
  ///   - user: Nil without credentials.
  ///   - password: They are sent in the clear, to the proxy: `Basic` (RFC 7617), or RFC 1929.
  public init(_ kind: Kind, host: String, port: UInt16, user: String? = nil, password: String = "") {
    self.kind = kind
    self.host = host
    self.port = port
    credentials = user.map { ProxyCredentials(user: Array($0.utf8), password: Array(password.utf8)) }
  }

  /// Has the proxy connect to a server.
  func connect(to host: String, port: UInt16, by stream: PlainStream) throws(ConnectionError) {
    // What isn't a name or an address could be read as more than that.
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw ConnectionError(.configuration, "a proxy can't be told that server's name")
    }
    switch kind {
    case .http: try connectByHTTP(host, port, stream)
    case .socks5: try connectBySOCKS(host, port, stream)
    }
  }
}

extension Proxy: CustomStringConvertible {
  /// Without credentials.
  public var description: String {
    "\(kind.rawValue)://\(ServerIdentity(name: host, port: port))"
  }
}

/// Whom a proxy knows: no description shows it.
struct ProxyCredentials: Hashable, Sendable {
  let user: [UInt8]
  let password: [UInt8]
}

extension ProxyCredentials: CustomStringConvertible, CustomDebugStringConvertible {
  var description: String { "***" }
  var debugDescription: String { description }
}
