/// How long a server may be waited for, and how it is reached.
public struct RedisOptions: Sendable {
  /// The most that a call before a handshake may take, connecting and authenticating included, in milliseconds: of what
  /// shows, claims, reads or asks for the generation.
  public var claimLimit = 50
  /// The most that a call after a handshake may take, likewise: of what inserts, replaces or removes.
  public var keepLimit = 200
  /// The most that a call may take which looks through the whole store, in milliseconds.
  public var listLimit = 30_000
  /// Tells the addresses of hosts without waiting; numeric ones and those in `/etc/hosts` by default.
  public var addresses: RedisAddressLookup = { HostsFile.addresses(of: $0) }
  /// Connects by TLS. Without it a `rediss` URL can't be used.
  public var secureConnect: RedisSecureConnect?

  public init() {}
}
