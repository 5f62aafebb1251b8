/// A server as its tickets know it: by exact name and port, never by address.
public struct ServerIdentity: Hashable, Sendable {
  /// The server name as the client asked for it (RFC 6066, section 3), or the address in text where there is none.
  /// Exact bytes: no case folding.
  public var name: String
  public var port: UInt16

  public init(name: String, port: UInt16) {
    self.name = name
    self.port = port
  }
}

extension ServerIdentity: CustomStringConvertible {
  /// `name:port`; an IPv6 address stands in brackets.
  public var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
}
