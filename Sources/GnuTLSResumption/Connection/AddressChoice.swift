internal import Glibc

/// Which of a host's addresses are connected to. Whatever is chosen: names and tickets are the host's.
public struct AddressChoice: Hashable, Sendable {
  public enum Family: Hashable, Sendable {
    case any, ipv4, ipv6
  }

  /// Only addresses of this family.
  public var family: Family
  /// Addresses in text, in place of what the resolver says of the host, and tried in this order; empty to ask the resolver.
  public var insteadOfResolver: [String]

  public init(family: Family = .any, insteadOfResolver: [String] = []) {
    self.family = family
    self.insteadOfResolver = insteadOfResolver
  }
}

extension AddressChoice {
  /// The system's number of the family.
  var number: Int32 {
    switch family {
    case .any: AF_UNSPEC
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    }
  }

  /// Connects to the first that answers.
  /// - Parameter opensFast: See ``TCPSocket/connect(to:port:family:deadline:opensFast:)``.
  func connect(
    to host: String, port: UInt16, deadline: Deadline, opensFast: Bool = false
  ) throws(ConnectionError) -> TCPSocket {
    guard let last = insteadOfResolver.last else {
      return try TCPSocket.connect(
        to: ServerName(host).forResolution, port: port, family: number, deadline: deadline, opensFast: opensFast)
    }
    var opensFast = opensFast
    for address in insteadOfResolver.dropLast() {
      // One that doesn't answer must not use up the time of the others.
      if let socket = try? TCPSocket.connect(
        to: address, port: port, family: number, deadline: deadline.halved, opensFast: opensFast)
      {
        return socket
      }
      opensFast = false
    }
    return try TCPSocket.connect(to: last, port: port, family: number, deadline: deadline, opensFast: opensFast)
  }
}
