internal import CGnuTLS
internal import SessionTickets

extension TLSConnection {
  /// Connects to a server, resuming an earlier session if one may be resumed.
  ///
  /// A handshake that fails with a ticket offered is made again without, once, on a new connection.
  /// - Parameters:
  ///   - host: A name, or an address in text.
  ///   - port: 443 unless given.
  ///   - configuration: Trust, protocols, time limit, and where tickets are kept.
  public static func connect(
    to host: String, port: UInt16 = 443, configuration: TLSConfiguration = .init()
  ) throws(ConnectionError) -> TLSConnection {
    let attempt = ConnectionAttempt(host: host, port: port, configuration: configuration)
    switch try attempt.run() {
    case .connected(let connection): return connection
    case .failedWithTicket(let error, let storeError):
      configuration.resumption?.options.log?("\(attempt.peer): \(error): once more without a ticket")
      guard case .connected(let connection) = try attempt.run(isRetry: true, trouble: storeError) else { throw error }
      return connection
    }
  }
}

/// One try at a connection.
private struct ConnectionAttempt {
  enum Result {
    case connected(TLSConnection)
    /// With what the store's trouble was, if there was any.
    case failedWithTicket(ConnectionError, StoreError?)
  }

  let host: String
  let port: UInt16
  let configuration: TLSConfiguration
  let deadline: Deadline
  private let serverNotes: ServerNotes

  init(host: String, port: UInt16, configuration: TLSConfiguration) {
    self.host = host
    self.port = port
    self.configuration = configuration
    deadline = Deadline(milliseconds: configuration.timeoutMilliseconds)
    serverNotes = ServerNotes(
      of: ServerIdentity(name: configuration.serverName ?? host, port: port),
      engine: configuration.resumption ?? .standard)
  }

  /// - Parameter trouble: The store's, in the first try.
  func run(isRetry: Bool = false, trouble: StoreError? = nil) throws(ConnectionError) -> Result {
    let credentials = try loadCredentials()
    // The ticket is claimed once TCP stands: a server that is down costs none.
    let socket = try TCPSocket.connect(to: host, port: port, deadline: deadline)
    let client = try setUp(socket, credentials)
    let context = makeContext(client, credentials)
    // Registered in any case: the verification inside the handshake looks its context up.
    context.register()
    do throws(ConnectionError) {
      context.findings.isRetry = isRetry
      context.findings.storeError = trouble
      context.findings.isDisabled = configuration.resumption == nil
      if !isRetry { context.claim() }
      do {
        try context.offer()
      } catch {
        // Lest the same session be offered again and again.
        context.removeSession(because: .damaged)
        return failedWithTicket(context, error)
      }
      return try shakeHands(client, context)
    } catch {
      context.deregister()
      throw error
    }
  }

  private func shakeHands(_ client: ClientSession, _ context: SessionContext) throws(ConnectionError) -> Result {
    let start = Deadline.now()
    guard let result = client.repeating(until: deadline, { unsafe Int(gnutls_handshake($0.pointer)) }) else {
      // Should the offer have held the server up: not again with the same session.
      if context.offered?.kind == .session { context.removeSession(because: .declined) }
      throw ConnectionError(.timedOut, "the TLS handshake with \(peer) takes too long")
    }
    let elapsed = Double(Deadline.now() - start) / 1_000_000
    guard result >= 0 else {
      if let refusal = context.refusal { throw notTrusted(refusal) }
      let error = client.error(result)
      guard context.offered == nil || error.isOfNetwork else { return failedWithTicket(context, error) }
      throw ConnectionError(.handshake, "the TLS handshake with \(peer) failed", underlying: error)
    }
    do {
      try context.establish()
    } catch {
      guard context.isResumed, let offered = context.offered else { throw notTrusted(error) }
      // The full handshake decides.
      context.removeSiblings(of: offered, because: .trust)
      context.deregister()
      return .failedWithTicket(notTrusted(error), context.findings.storeError)
    }
    context.settle()
    return .connected(
      TLSConnection(
        host: host, port: port, client: client, context: context, drain: configuration.drain,
        handshakeMilliseconds: elapsed))
  }

  /// A ticket has left the store with its claim; a TLS 1.2 session leaves it now, unless the peer merely closed.
  private func failedWithTicket(_ context: SessionContext, _ error: GnuTLSError) -> Result {
    if context.offered?.kind == .session, !error.isBareClose {
      context.removeSession(because: .fatalAlert)
    }
    context.deregister()
    return .failedWithTicket(
      ConnectionError(.handshake, "the TLS handshake with \(peer) failed", underlying: error),
      context.findings.storeError)
  }

  private func loadCredentials() throws(ConnectionError) -> Credentials {
    let keyPair = configuration.clientCertificate
    do {
      return try configuration.credentials.credentials(policy: policy, keyPair: keyPair)
    } catch {
      let what = keyPair.map { "the client certificate \($0.certificate) or its key \($0.key)" } ?? "credentials"
      throw ConnectionError(.configuration, "can't load \(what)", underlying: error)
    }
  }

  private func setUp(_ socket: consuming TCPSocket, _ credentials: Credentials) throws(ConnectionError) -> ClientSession
  {
    /// What fails, if something does: put into words only then.
    var step = SetUpStep.session
    do throws(GnuTLSError) {
      let groups = rememberedGroup.flatMap(DefaultGroups.leading)
      let client = try ClientSession(socket: socket, credentials: credentials, sharesOneKey: groups != nil)
      step = .serverName
      try client.setServerName(serverName)
      step = .priority
      try client.setPriority(configuration.priority, groups: groups)
      step = .applicationProtocols
      try client.setApplicationProtocols(configuration.applicationProtocols)
      if case .engineVerifies = configuration.verification { client.verifyInHandshake() }
      return client
    } catch {
      let what =
        switch step {
        case .session: "the TLS session can't be set up"
        case .serverName: "the server name '\(serverName)' can't be asked for"
        case .priority: "the priority string '\(configuration.priority ?? "")' can't be used"
        case .applicationProtocols: "the application protocols can't be offered"
        }
      throw ConnectionError(.configuration, what, underlying: error)
    }
  }

  private enum SetUpStep {
    case session, serverName, priority, applicationProtocols
  }

  /// The group that the server chose last: to lead with it saves a round trip, and the other key shares.
  private var rememberedGroup: UInt32? {
    guard configuration.priority == nil, configuration.partition.isEmpty, configuration.resumption != nil else {
      return nil
    }
    return serverNotes.rememberedGroup
  }

  private func makeContext(_ client: ClientSession, _ credentials: Credentials) -> SessionContext {
    SessionContext(
      session: client.handle, engine: configuration.resumption ?? .standard,
      identity: ConnectionIdentity(
        server: server,
        applicationProtocols: configuration.applicationProtocols, priority: configuration.priority,
        clientCertificate: credentials.clientCertificateDigest, partition: configuration.partition),
      serverNotes: serverNotes,
      verification: configuration.verification, credentials: credentials, hook: nil, canReconnect: true)
  }

  private func notTrusted(_ failure: VerificationFailure) -> ConnectionError {
    ConnectionError(.notTrusted, "\(peer) is not trusted: \(failure)")
  }

  /// For messages.
  var peer: ServerIdentity { ServerIdentity(name: host, port: port) }

  private var server: ServerIdentity { ServerIdentity(name: serverName, port: port) }

  private var serverName: String { configuration.serverName ?? host }

  private var policy: VerificationPolicy? {
    guard case .engineVerifies(let policy) = configuration.verification else { return nil }
    return policy
  }
}
