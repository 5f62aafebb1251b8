public import SessionTickets

/// A server that can be connected to.
public enum RedisEndpoint: Hashable, Sendable {
  /// By TCP; the host is a name or a numeric address.
  case network(host: String, port: UInt16, isSecure: Bool)
  /// By a Unix socket.
  case socket(RawPath)

  var scheme: String {
    switch self {
    case .network(_, _, let isSecure): isSecure ? "rediss://" : "redis://"
    case .socket: "redis+unix://"
    }
  }

  /// As in a URL. A standard port isn't written.
  var location: String {
    switch self {
    case .network(let host, let port, _):
      let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : RedisURLParser.encoded(host.utf8)
      return port == RedisURL.standardPort ? name : "\(name):\(port)"
    case .socket(let path):
      return RedisURLParser.encoded(path.bytes)
    }
  }

  /// For messages.
  public var description: String { scheme + location }
}

extension RedisEndpoint: CustomStringConvertible {}
