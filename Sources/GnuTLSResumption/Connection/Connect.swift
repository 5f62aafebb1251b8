internal import CGnuTLS
internal import SessionTickets

extension TLSConnection {
  /// Connects to a server, resuming an earlier session if one may be resumed.
  ///
  /// A handshake that fails with a ticket offered, or isn't answered for a second, three times the server's last
  /// handshake, or half of the time limit, is made again without, once, on a new connection. What that teaches is
  /// remembered, so that a server which can't bear offers isn't made any for an hour, a day, or a week.
  /// - Parameters:
  ///   - host: A name, or an address in text.
  ///   - port: 443 unless given.
  ///   - configuration: Trust, protocols, time limit, and where tickets are kept.
  public static func connect(
    to host: String, port: UInt16 = 443, configuration: TLSConfiguration = .init()
  ) throws(ConnectionError) -> TLSConnection {
    let attempt = try ConnectionAttempt(host: host, port: port, configuration: configuration)
    switch try attempt.run(.first) {
    case .connected(let connection): return connection
    case .offerFailed(let failure):
      configuration.resumption?.log(about: attempt.peer, "\(failure.error): once more without a ticket")
      guard case .connected(let connection) = try attempt.run(.retry(failure.storeError)) else { throw failure.error }
      if let ticket = failure.ticket {
        connection.context.learn(fromFailureOf: ticket, wasAnswered: failure.wasAnswered)
      }
      return connection
    }
  }
}

/// One try at a connection, and the next.
private struct ConnectionAttempt {
  enum Result {
    case connected(TLSConnection)
    case offerFailed(OfferFailure)
  }

  /// A handshake with an offer has failed.
  struct OfferFailure {
    let error: ConnectionError
    /// What the store's trouble was, if there was any.
    let storeError: StoreError?
    /// Nil if the offer isn't to blame: its peer has been refused since.
    let ticket: OfferedTicket?
    let wasAnswered: Bool
  }

  let host: String
  let port: UInt16
  let configuration: TLSConfiguration
  let deadline: Deadline
  private let serverNotes: ServerNotes

  init(host: String, port: UInt16, configuration: TLSConfiguration) throws(ConnectionError) {
    self.host = host
    self.port = port
    self.configuration = configuration
    deadline = Deadline(milliseconds: configuration.timeoutMilliseconds)
    serverNotes = ServerNotes(
      of: ServerIdentity(name: configuration.serverName ?? host, port: port),
      engine: configuration.resumption ?? .standard)
    for name in [host, configuration.serverName ?? ""] where ServerName(name).isCut {
      throw ConnectionError(.configuration, "a server's name can't have a NUL in it")
    }
    // Before anything is connected.
    if let unreadable = policy?.unreadablePart() { throw notTrusted(unreadable) }
  }

  func run(_ attempt: SessionContext.Attempt) throws(ConnectionError) -> Result {
    let credentials = try loadCredentials()
    // The ticket is claimed once TCP stands: a server that is down costs none.
    let socket = try TCPSocket.connect(to: ServerName(host).forResolution, port: port, deadline: deadline)
    let client = try setUp(socket, credentials)
    let context = SessionContext(makeSetup(client, credentials), attempt: attempt)
    // Registered in any case: the verification inside the handshake looks its context up.
    _ = context.register()
    do throws(ConnectionError) {
      do throws(GnuTLSError) {
        try context.offer()
      } catch {
        // No server has seen it.
        return offerFailed(context, failure(error), ticket: nil)
      }
      return try shakeHands(client, context)
    } catch {
      context.deregister()
      throw error
    }
  }

  private func shakeHands(_ client: ClientSession, _ context: SessionContext) throws(ConnectionError) -> Result {
    let start = Deadline.present
    let offered = context.offered
    switch client.shakeHands(until: deadline, answerBy: offered == nil ? deadline : answerDeadline) {
    case .unanswered:
      return offerFailed(context, timedOut, ticket: offered, wasAnswered: false)
    case .timedOut:
      // There is no time left to see whether it was the offer: the next connection will show.
      context.learnFromFailure(GnuTLSError(GNUTLS_E_TIMEDOUT))
      throw timedOut
    case .result(let result) where result < 0:
      let error = client.error(result)
      if case .refused(let refusal) = context.handshake { throw notTrusted(refusal) }
      context.failed(error)
      guard let offered, !error.isOfNetwork else {
        if offered == nil { context.learnFromFailure(error) }
        throw failure(error)
      }
      // A ticket has left the store with its claim; a TLS 1.2 session leaves it now, unless the peer merely closed.
      if offered.kind == .session, !error.isBareClose { context.removeSession(because: .fatalAlert) }
      return offerFailed(context, failure(error), ticket: offered)
    case .result: break
    }
    let elapsed = start.millisecondsAgo
    do throws(VerificationFailure) {
      try context.establish()
    } catch {
      guard context.isResumed, let offered else { throw notTrusted(error) }
      // The full handshake decides.
      context.removeSiblings(of: offered, because: .trust)
      return offerFailed(context, notTrusted(error), ticket: nil)
    }
    context.settle()
    if !context.isResumed { context.updateServerNote { $0.noteHandshake(took: elapsed) } }
    return .connected(
      TLSConnection(
        host: host, port: port, client: client, context: context, drain: configuration.drain,
        handshakeMilliseconds: elapsed))
  }

  /// When the server must have begun to answer an offer.
  private var answerDeadline: Deadline {
    let patience = ((try? serverNotes.note()) ?? nil)?.answerMilliseconds ?? ServerNote.leastAnswerMilliseconds
    return .earlier(Deadline(milliseconds: patience), deadline.halved)
  }

  private func offerFailed(
    _ context: SessionContext, _ error: ConnectionError, ticket: OfferedTicket?, wasAnswered: Bool = true
  ) -> Result {
    context.deregister()
    return .offerFailed(
      OfferFailure(
        error: error, storeError: context.findings.storeError, ticket: ticket, wasAnswered: wasAnswered))
  }

  private var timedOut: ConnectionError {
    ConnectionError(.timedOut, "the TLS handshake with \(peer) takes too long")
  }

  private func failure(_ error: GnuTLSError) -> ConnectionError {
    ConnectionError(.handshake, "the TLS handshake with \(peer) failed", underlying: error)
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
    var step = SetUpStep.priority
    do throws(GnuTLSError) {
      let (priorities, sharesOneKey) = try priorities()
      step = .session
      let client = try ClientSession(socket: socket, credentials: credentials, sharesOneKey: sharesOneKey)
      step = .serverName
      try client.setServerName(serverName)
      step = .priority
      try priorities.set(on: client.handle)
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

  /// The caller's own string always stands as it is.
  private func priorities() throws(GnuTLSError) -> (PriorityList, sharesOneKey: Bool) {
    if let string = configuration.priority { return (try PriorityCache.priorities(string), false) }
    let choice = try DefaultPriorities.choice(leadingWith: rememberedGroup)
    return (choice.list, choice.sharesOneKey)
  }

  /// The group that the server chooses: to lead with it saves a round trip, and the other key shares.
  private var rememberedGroup: String? {
    guard configuration.partition.isEmpty, configuration.resumption != nil else { return nil }
    return serverNotes.rememberedGroup
  }

  private func makeSetup(_ client: ClientSession, _ credentials: Credentials) -> ClientSetup {
    ClientSetup(
      session: client.handle, engine: configuration.resumption ?? .standard,
      identity: ConnectionIdentity(
        server: server,
        applicationProtocols: configuration.applicationProtocols, priority: configuration.priority,
        clientCertificate: credentials.clientCertificateDigest, partition: configuration.partition),
      serverNotes: serverNotes, verification: configuration.verification, credentials: credentials,
      canReconnect: true, isEnabled: configuration.resumption != nil)
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
