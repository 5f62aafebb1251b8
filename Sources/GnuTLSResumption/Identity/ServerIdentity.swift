/// A server as its tickets know it: by exact name and port, never by address.
public struct ServerIdentity: Hashable, Sendable {
  /// The server name as the client asked for it (RFC 6066, section 3), or the address in text where there is none.
  /// Exact bytes: no case folding.
  public var name: String
  /// 0 where nobody knows it, as with a transport of the application's own.
  public var port: UInt16

  public init(name: String, port: UInt16) {
    self.name = name
    self.port = port
  }
}

extension ServerIdentity: CustomStringConvertible {
  /// `name:port`, or `name` if the port is 0, which says that nobody knows it; an IPv6 address stands in brackets.
  public var description: String {
    let host = name.contains(":") ? "[\(name)]" : name
    return port == 0 ? host : "\(host):\(port)"
  }
}
