internal import CGnuTLS
internal import SessionTickets

extension TLSConnection {
  /// Connects to a server, resuming an earlier session if one may be resumed.
  ///
  /// A handshake that fails with a ticket offered, or isn't answered for a second, three times the server's last
  /// handshake, or half of the time limit, is made again without, once, on a new connection. What that teaches is
  /// remembered, so that a server which can't bear offers isn't made any for an hour, a day, or a week.
  /// Likewise a connection that was opened by TCP Fast Open, and fails before the server has answered.
  /// - Parameters:
  ///   - host: A name, or an address in text.
  ///   - port: 443 unless given.
  ///   - configuration: Trust, protocols, time limit, and where tickets are kept.
  public static func connect(
    to host: String, port: UInt16 = 443, configuration: TLSConfiguration = .init()
  ) throws(ConnectionError) -> TLSConnection {
    try ConnectionAttempt(host: host, port: port, configuration: configuration).connect()
  }
}

/// One try at a connection, and the next.
struct ConnectionAttempt {
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
    /// It was opened by TCP Fast Open, and nobody has answered: that's to blame first.
    let isOfFastOpen: Bool
    /// What has become of early data so far; nil if there are none.
    var earlyData: EarlyDataOutcome?
    /// What has become of TCP Fast Open; nil if it isn't wanted.
    var fastOpen: FastOpenOutcome?
  }

  let host: String
  let port: UInt16
  let configuration: TLSConfiguration
  /// Nil where none are ever sent.
  let early: EarlyDataSending?
  let deadline: Deadline
  let serverNotes: ServerNotes

  init(
    host: String, port: UInt16, configuration: TLSConfiguration, early: EarlyDataSending? = nil
  ) throws(ConnectionError) {
    self.host = host
    self.port = port
    self.configuration = configuration
    self.early = early
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

  /// Connects: once more without an offer, if one has broken the handshake.
  func connect() throws(ConnectionError) -> TLSConnection {
    switch try run(.first) {
    case .connected(let connection): return connection
    case .offerFailed(let failure):
      configuration.resumption?.log(
        about: peer, "\(failure.error): once more without a ticket\(failure.isOfFastOpen ? ", nor fast open" : "")")
      guard case .connected(let connection) = try run(.retry(failure.storeError)) else { throw failure.error }
      connection.context.earlyData = failure.earlyData
      connection.context.fastOpen = failure.fastOpen
      if failure.isOfFastOpen {
        connection.context.learnFromFailureOfFastOpen()
        return connection
      }
      guard let ticket = failure.ticket else { return connection }
      if failure.earlyData == .repeated {
        connection.context.learnFromFailureOfEarlyData()
      } else {
        connection.context.learn(fromFailureOf: ticket, wasAnswered: failure.wasAnswered)
      }
      return connection
    }
  }

  private func run(_ attempt: SessionContext.Attempt) throws(ConnectionError) -> Result {
    let credentials = try loadCredentials()
    // The ticket is claimed once TCP stands: a server that is down costs none. Where the SYN waits for the first flight, the
    // ticket is claimed before, and lost if nobody answers: it may have left.
    let obstacle = fastOpenObstacle
    let socket = try openSocket(fast: attempt.isFirst && obstacle == nil)
    let setUp = try setUp(socket, credentials)
    let client = setUp.client
    let rules = early?.rules(setUp.priorities, setUp.sharesOneKey)
    let context = SessionContext(makeSetup(client, credentials, rules), attempt: attempt)
    // Registered in any case: the verification inside the handshake looks its context up.
    _ = context.register()
    do throws(ConnectionError) {
      do throws(GnuTLSError) {
        try context.offer()
        if let rules, rules.reason() == nil, let bytes = early?.bytes, !bytes.isEmpty, context.offered != nil {
          client.holdFirstFlight()
          try context.sendEarly(bytes)
        }
      } catch {
        // No server has seen it.
        return noting(client, context, rules, obstacle, in: offerFailed(context, failure(error), ticket: nil))
      }
      let result = try shakeHands(client, context)
      return noting(client, context, rules, obstacle, in: result)
    } catch {
      context.deregister()
      throw error
    }
  }

  private func earlyDataOutcome(
    _ client: ClientSession, _ context: SessionContext, _ rules: EarlyDataRules?
  ) -> EarlyDataOutcome? {
    guard let rules, let early, !early.bytes.isEmpty else { return nil }
    if client.hasSentEarlyData, context.offered != nil {
      return client.handle.hasAcceptedEarlyData ? .accepted : .rejected
    }
    // What was said of a ticket that somebody else has claimed means nothing.
    let reason = rules.reason()
    guard context.offered != nil || reason == .used else { return .notOffered(.noTicket) }
    return .notOffered(reason ?? .refusedByGnuTLS)
  }

  private func noting(
    _ client: ClientSession, _ context: SessionContext, _ rules: EarlyDataRules?, _ obstacle: FastOpenReason?,
    in result: Result
  ) -> Result {
    let outcome = earlyDataOutcome(client, context, rules)
    let fastOpen = configuration.fastOpen ? client.socket.fastOpen ?? .notTried(obstacle ?? .noCookie) : nil
    switch result {
    case .connected(let connection):
      connection.context.earlyData = outcome
      connection.context.fastOpen = fastOpen
    case .offerFailed(var failure):
      failure.earlyData = outcome == .accepted || outcome == .rejected ? .repeated : outcome
      failure.fastOpen = failure.isOfFastOpen || client.socket.hasSentWithSYN ? .repeated : fastOpen
      return .offerFailed(failure)
    }
    return result
  }

  /// Why no connection is opened fast, as far as that is known before; nil if one may be.
  private var fastOpenObstacle: FastOpenReason? {
    guard configuration.fastOpen else { return .disabled }
    guard configuration.startTLS == nil, configuration.proxy == nil else { return .prelude }
    guard let engine = configuration.resumption, let note = (try? serverNotes.note()) ?? nil else { return nil }
    return note.mayBeOpenedFast(now: engine.now.seconds) ? nil : .resting
  }

  private func shakeHands(_ client: ClientSession, _ context: SessionContext) throws(ConnectionError) -> Result {
    let start = Deadline.present
    let offered = context.offered
    let end = client.shakeHands(
      until: deadline,
      answerBy: { offered == nil && !client.socket.hasSentWithSYN ? deadline : answerDeadline })
    let isOfFastOpen = client.isUnansweredSYN
    switch end {
    case .notOpened(let error):
      guard !deadline.hasPassed else { throw error }
      return offerFailed(context, error, ticket: nil, isOfFastOpen: true)
    case .unanswered:
      return offerFailed(context, timedOut, ticket: offered, wasAnswered: false, isOfFastOpen: isOfFastOpen)
    case .timedOut:
      if client.isForEarlyData, !deadline.hasPassed {
        return offerFailed(context, timedOut, ticket: offered, isOfFastOpen: isOfFastOpen)
      }
      // There is no time left to see whether it was the offer: the next connection will show.
      context.learnFromFailure(GnuTLSError(GNUTLS_E_TIMEDOUT))
      throw timedOut
    case .result(let result) where result < 0:
      let error = client.error(result)
      if case .refused(let refusal) = context.handshake { throw notTrusted(refusal) }
      context.failed(error)
      if isOfFastOpen, error.isOfNetwork || error.isBareClose {
        return offerFailed(context, failure(error), ticket: nil, isOfFastOpen: true)
      }
      guard let offered, !error.isOfNetwork else {
        if offered == nil { context.learnFromFailure(error) }
        throw failure(error)
      }
      // A ticket has left the store with its claim; a TLS 1.2 session leaves it now, unless the peer merely closed.
      if offered.kind == .session, !error.isBareClose { context.removeSession(because: .fatalAlert) }
      return offerFailed(context, failure(error), ticket: offered)
    case .result:
      guard hasKeptPromises(client, offered) else {
        context.failed(.illegalParameter)
        return offerFailed(context, failure(.illegalParameter), ticket: offered)
      }
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

  /// A server that knows early data takes none under another protocol than they were written for, nor in an older version of
  /// TLS (RFC 8446, sections 4.2.10 and D.3). GnuTLS doesn't look.
  private func hasKeptPromises(_ client: ClientSession, _ offered: OfferedTicket?) -> Bool {
    guard client.hasSentEarlyData else { return true }
    guard client.handle.isTLS13 else { return false }
    return !client.handle.hasAcceptedEarlyData
      || client.handle.applicationProtocol == offered?.applicationProtocol
  }

  private func offerFailed(
    _ context: SessionContext, _ error: ConnectionError, ticket: OfferedTicket?, wasAnswered: Bool = true,
    isOfFastOpen: Bool = false
  ) -> Result {
    context.deregister()
    return .offerFailed(
      OfferFailure(
        error: error, storeError: context.findings.storeError, ticket: ticket, wasAnswered: wasAnswered,
        isOfFastOpen: isOfFastOpen))
  }

  var timedOut: ConnectionError {
    ConnectionError(.timedOut, "the TLS handshake with \(peer) takes too long")
  }

  func failure(_ error: GnuTLSError) -> ConnectionError {
    ConnectionError(.handshake, "the TLS handshake with \(peer) failed", underlying: error)
  }

  func loadCredentials() throws(ConnectionError) -> Credentials {
    let keyPair = configuration.clientCertificate
    do {
      return try configuration.credentials.credentials(policy: policy, keyPair: keyPair)
    } catch {
      let what = keyPair.map { "the client certificate \($0.certificate) or its key \($0.key)" } ?? "credentials"
      throw ConnectionError(.configuration, "can't load \(what)", underlying: error)
    }
  }

  /// - Parameter chosen: Priorities in place of the configuration's.
  func setUp(
    _ socket: consuming TCPSocket, _ credentials: Credentials, with chosen: PriorityList? = nil
  ) throws(ConnectionError) -> (client: ClientSession, priorities: PriorityList, sharesOneKey: Bool) {
    /// What fails, if something does: put into words only then.
    var step = SetUpStep.priority
    do throws(GnuTLSError) {
      let (priorities, sharesOneKey) =
        if let chosen { (chosen, false) } else { try configuration.priorities(of: serverNotes) }
      step = .session
      let client = try ClientSession(socket: socket, credentials: credentials, sharesOneKey: sharesOneKey)
      try prepare(client.handle, priorities, &step)
      return (client, priorities, sharesOneKey)
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

  /// Sets a session up as the configuration says.
  private func prepare(
    _ session: SessionHandle, _ priorities: PriorityList, _ step: inout SetUpStep
  ) throws(GnuTLSError) {
    step = .serverName
    try session.setServerName(serverName)
    step = .priority
    try priorities.set(on: session)
    step = .applicationProtocols
    try session.offerApplicationProtocols(configuration.applicationProtocols)
    if case .engineVerifies = configuration.verification { session.verifyInHandshake() }
    if mostTickets != nil, priorities.allows(protocolVersion: GNUTLS_TLS1_3.rawValue) {
      TicketRequest.install(on: session)
    }
  }

  private enum SetUpStep {
    case session, serverName, priority, applicationProtocols
  }

  func makeSetup(_ client: ClientSession, _ credentials: Credentials, _ rules: EarlyDataRules?) -> ClientSetup {
    ClientSetup(
      session: client.handle, engine: configuration.resumption ?? .standard,
      identity: ConnectionIdentity(
        server: server,
        applicationProtocols: configuration.applicationProtocols, priority: configuration.priority,
        clientCertificate: credentials.clientCertificateDigest, partition: configuration.partition),
      serverNotes: serverNotes, verification: configuration.verification, credentials: credentials,
      canReconnect: true, isEnabled: configuration.resumption != nil, peerAddress: client.socket.peerAddress,
      mostTickets: mostTickets, earlyData: rules)
  }

  func notTrusted(_ failure: VerificationFailure) -> ConnectionError {
    ConnectionError(.notTrusted, "\(peer) is not trusted: \(failure)")
  }

  /// How many tickets are asked for at most; nil if none are.
  private var mostTickets: Int? { configuration.resumption == nil ? nil : configuration.ticketRequests.most }

  /// For messages.
  var peer: ServerIdentity { ServerIdentity(name: host, port: port) }

  var server: ServerIdentity { ServerIdentity(name: serverName, port: port) }

  private var serverName: String { configuration.serverName ?? host }

  private var policy: VerificationPolicy? {
    guard case .engineVerifies(let policy) = configuration.verification else { return nil }
    return policy
  }
}
