public import SessionTickets

/// The tickets of some servers, kept where other machines take them too, under a key that those have as well.
///
/// Whoever holds the shared key can make sessions, so one captured member can impersonate every server to the others;
/// verifying the stored chain again doesn't help, for the session's secret is what counts. So it is said by name which
/// servers' tickets are shared, and the key is never the one that this machine uses for itself.
///
/// What is remembered of servers besides tickets stays on this machine.
public struct Sharing: Sendable {
  let servers: SharedServers
  let store: StorePlace
  let masterKey: MasterKeySource
  /// How long a connection waits for the store before its handshake, in milliseconds and in all: connecting and
  /// authenticating included. Then it goes on without a ticket.
  public var claimMilliseconds = 50
  /// Likewise, after the handshake, for what came: at each time that something is stored.
  public var keepMilliseconds = 200

  /// - Parameters:
  ///   - servers: Whose tickets are shared. The others' stay on this machine.
  ///   - store: One that other machines reach.
  ///   - masterKey: Of its own: see ``MasterKeySource/handedOutFile(_:)``.
  public init(of servers: SharedServers, in store: any TicketStore, masterKey: MasterKeySource) {
    self.servers = servers
    self.store = .place(store)
    self.masterKey = masterKey
  }

  /// What was meant to be shared, and can't be: such connections go on without, and say why.
  package init(failing error: StoreError, of servers: SharedServers = .all) {
    self.servers = servers
    store = .none(error)
    masterKey = .standardFile
  }
}
