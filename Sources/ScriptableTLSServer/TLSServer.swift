internal import SessionTicketsLocking

/// A TLS server on the loopback interface that does on each connection what its script says, and remembers what it saw.
///
/// It is made for tests and demonstrations: it trusts every client, and it is not hardened.
public final class TLSServer: Sendable {
  /// The port it listens on.
  public let port: UInt16
  private let context: SharedContext
  private let acceptor: Acceptor

  private final class SharedContext: Sendable {
    let value: Lock<ServerContext>
    init(_ value: ServerContext) { self.value = Lock(value) }
  }

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - certificates: One, or several of different key types, of which GnuTLS chooses what the client can verify.
  ///   - ticketKey: Nil: a fresh one.
  ///   - provider: Gives tickets and sessions in the key's place.
  ///   - host: The last byte of the address that it listens at: 127.0.0.1 unless told otherwise.
  ///   - port: 0: a free one.
  ///   - fastOpens: Takes what comes with a SYN, where the system's `net.ipv4.tcp_fastopen` has bit 2 (RFC 7413).
  ///   - connectionEnded: Called on the connection's thread when a connection has ended.
  public init(
    certificates: [ServerCertificate], script: ServerScript = ServerScript(), ticketKey: TicketKey? = nil,
    provider: TicketProvider? = nil, host: UInt8 = 1, port: UInt16 = 0, fastOpens: Bool = false,
    connectionEnded: @escaping @Sendable (ObservedConnection) -> Void = { _ in }
  ) throws(ServerError) {
    let context = SharedContext(
      ServerContext(
        script: script, credentials: try ServerCredentials(certificates), ticketKey: ticketKey ?? .random(),
        provider: provider, sessions: SessionCache(), replayProtection: try ReplayProtection(remembers: true),
        noReplayProtection: try ReplayProtection(remembers: false)))
    try context.value.withLock { (value) throws(ServerError) in try value.validate() }
    let listener = try Socket.listening(on: port, host: host, fastOpens: fastOpens)
    self.context = context
    self.port = listener.port
    acceptor = Acceptor(
      listener: listener, context: { context.value.withLock { $0 } }, connectionEnded: connectionEnded)
    try acceptor.start()
  }

  /// Starts a server with one certificate.
  public convenience init(
    certificate: ServerCertificate, script: ServerScript = ServerScript(), ticketKey: TicketKey? = nil,
    port: UInt16 = 0, fastOpens: Bool = false
  ) throws(ServerError) {
    try self.init(
      certificates: [certificate], script: script, ticketKey: ticketKey, port: port, fastOpens: fastOpens)
  }

  deinit { acceptor.stop() }

  /// What later connections get.
  public var script: ServerScript {
    get { context.value.withLock { $0.script } }
    set { context.value.withLock { $0.script = newValue } }
  }

  /// Changes the script in place: `server.update { $0.tickets.count = 0 }`.
  public func update(_ change: (inout ServerScript) -> Void) { context.value.withLock { change(&$0.script) } }

  /// All connections so far, in the order of acceptance.
  public var connections: [ObservedConnection] { acceptor.log.all }

  /// Waits until `count` connections, of all there ever were, have come at least that far, or the time is over.
  ///
  /// Returns all connections seen: a test that expects `count` finds out by what is missing.
  @discardableResult
  public func waitForConnections(
    _ count: Int, state: ObservedConnection.State = .ended, timeout: Duration = .seconds(5)
  ) -> [ObservedConnection] {
    acceptor.log.wait(for: count, state: state, timeout: timeout)
  }

  /// Does what a restarted server's clients would see: every connection ends, and with fresh keys old tickets and
  /// session ids are worth nothing. The port stays, and so do the observations.
  public func restart(withFreshKeys: Bool = true) { restart(ticketKey: withFreshKeys ? .random() : nil) }

  /// Restarts with that ticket key. Nil: with the one it has, and with the session ids it knows.
  public func restart(ticketKey: TicketKey?) {
    context.value.withLock { value in
      guard let ticketKey else { return }
      value.ticketKey = ticketKey
      value.sessions.removeAll()
    }
    acceptor.dropConnections()
  }

  /// Serves later connections with other certificates.
  public func replaceCertificates(_ certificates: [ServerCertificate]) throws(ServerError) {
    let credentials = try ServerCredentials(certificates)
    context.value.withLock { $0.credentials = credentials }
  }

  /// Ends all connections, frees the port, and waits for every thread. Safe to call twice.
  public func stop() { acceptor.stop() }
}
