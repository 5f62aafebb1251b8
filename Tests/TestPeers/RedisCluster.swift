import Glibc

/// Three primaries that share the slots.
public final class RedisCluster: Sendable {
  public let servers: [RedisServer]

  public init() throws {
    var options = RedisServer.Options()
    options.isCluster = true
    servers = try (0..<3).map { _ in try RedisServer(options) }
    for (index, server) in servers.enumerated() {
      try server.run(["CLUSTER", "SET-CONFIG-EPOCH", "\(index + 1)"])
      try server.run(["CLUSTER", "ADDSLOTSRANGE", "\(16_384 * index / 3)", "\(16_384 * (index + 1) / 3 - 1)"])
    }
    for server in servers.dropFirst() {
      let bus = try server.run(["CONFIG", "GET", "cluster-port"]).split(whereSeparator: \.isNewline).last ?? ""
      try servers[0].run(["CLUSTER", "MEET", "127.0.0.1", "\(server.port)", String(bus)])
    }
    let deadline = ContinuousClock.now + .seconds(20)
    for server in servers {
      while try !server.run(["CLUSTER", "INFO"]).contains("cluster_state:ok") {
        guard ContinuousClock.now < deadline else { throw PeerError("the cluster doesn't come together") }
        usleep(20_000)
      }
    }
  }
}
