/// A server as its tickets know it: by name, port and transport, and never by the address that was found for the name.
public struct ServerIdentity: Hashable, Sendable {
  /// The server name as the client asked for it (RFC 6066, section 3), or the address in text where there is none.
  ///
  /// In its normal form, whatever is put here: in lower case, other letters than ASCII's as A-labels, without a dot at the
  /// end; an IPv6 address as RFC 5952 writes it, with its zone, an IPv4 address with all four numbers. What is neither
  /// stays as it is.
  public var name: String {
    didSet { name = ServerName(name).text }
  }
  /// 0 where nobody knows it, as with a transport of the application's own.
  public var port: UInt16
  /// It is spoken to by DTLS, over datagrams. Whoever attaches needn't say so: the session does.
  public package(set) var isDatagram = false

  public init(name: String, port: UInt16) {
    self.name = ServerName(name).text
    self.port = port
  }
}

extension ServerIdentity: CustomStringConvertible {
  /// `name:port`, or `name` if the port is 0, which says that nobody knows it; an IPv6 address stands in brackets. `/udp`
  /// follows for DTLS.
  public var description: String {
    let host = name.contains(":") ? "[\(name)]" : name
    let transport = isDatagram ? "/udp" : ""
    return port == 0 ? "\(host)\(transport)" : "\(host):\(port)\(transport)"
  }
}
