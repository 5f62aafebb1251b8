import ArgumentParser
import Glibc
import GnuTLSResumption
import RedisSessionTickets
import SessionTickets
import StoreLocation

/// Looking after a store that machines share.
struct Store: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Look after a store that machines share.", subcommands: [Refresh.self])

  struct Refresh: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "refresh",
      abstract: "Look up the addresses of the store's host, and note them for the connections to come.",
      discussion: """
        No connection waits for a resolver: of a store by TCP only a numeric address is used, one in /etc/hosts, or what \
        this command has noted beside the user's tickets. Run it when the machine starts, and whenever the address may \
        have changed.
        """)

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
      try reportingFailure {
        let choice = storeOptions.choice
        guard case .server(let url)? = try choice.location(), case .network(let host, _, _) = url.endpoint else {
          throw StoreFailure("there is nothing to look up: the store is no server that is reached by TCP")
        }
        let addresses = try Self.addresses(of: host)
        try NotedHosts.note(addresses, of: host, in: choice.localPlace())
        try StandardStreams.out("\(host): " + addresses.map(\.text).joined(separator: ", "))
      }
    }

    /// As the system's resolver has them, each once.
    private static func addresses(of host: String) throws -> [RedisAddress] {
      var hints = unsafe addrinfo()
      unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      var list: UnsafeMutablePointer<addrinfo>?
      let code = unsafe getaddrinfo(host, nil, &hints, &list)
      guard code == 0 else {
        throw StoreFailure("\(host) can't be looked up: \(unsafe String(cString: gai_strerror(code)))")
      }
      defer { unsafe freeaddrinfo(list) }
      var found: [RedisAddress] = []
      var next = unsafe list
      while let entry = unsafe next {
        if let address = unsafe RedisAddress(entry.pointee), !found.contains(address) { found.append(address) }
        unsafe next = entry.pointee.ai_next
      }
      guard !found.isEmpty else { throw StoreFailure("\(host) has no address") }
      return found
    }
  }
}

extension RedisAddress {
  fileprivate init?(_ entry: addrinfo) {
    guard let address = unsafe entry.ai_addr else { return nil }
    switch unsafe entry.ai_family {
    case AF_INET:
      let bytes = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
        unsafe withUnsafeBytes(of: &address.pointee.sin_addr) { unsafe Array($0) }
      }
      self.init(bytes: bytes)
    case AF_INET6:
      let bytes = unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
        unsafe withUnsafeBytes(of: &address.pointee.sin6_addr) { unsafe Array($0) }
      }
      self.init(bytes: bytes)
    default: return nil
    }
  }
}

/// What went wrong with the look-up.
private struct StoreFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
