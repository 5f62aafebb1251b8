internal import CGnuTLS
internal import SessionTickets

extension TLSConnection {
  /// Makes one connection of a probe, looks at what the server does, and closes it.
  ///
  /// The configuration's trust decides as for every connection, after a resumption too: of a peer that isn't trusted nothing is
  /// told and nothing offered later. Its store is never asked, and nothing is kept: tickets live in the result. Early data are
  /// never sent.
  /// - Throws: ``ConnectionError``, as ``connect(to:port:configuration:)`` does.
  package static func probe(
    _ host: String, port: UInt16, configuration: TLSConfiguration, _ request: ProbeRequest
  ) throws(ConnectionError) -> ProbedConnection {
    var configuration = configuration
    // Whatever was asked for, there is none: a mistake here can't reach the user's.
    configuration.resumption = Resumption(
      failing: StoreError(.unavailable, "a probe has no store", place: "", leavesNothing: true))
    configuration.ticketRequests = request.ticketCount.map { .upTo(Int($0)) } ?? .none
    configuration.addresses = AddressChoice(insteadOfResolver: [request.address])
    configuration.timeoutMilliseconds = request.timeoutMilliseconds
    configuration.partition = "probe"
    return try ConnectionAttempt(host: host, port: port, configuration: configuration).probe(request)
  }
}

extension ConnectionAttempt {
  fileprivate func probe(_ request: ProbeRequest) throws(ConnectionError) -> ProbedConnection {
    let credentials = try loadCredentials()
    let priorities = try priorities(request)
    let socket = try openSocket(fast: false)
    let client = try setUp(socket, credentials, with: priorities).client
    let watch = ProbeWatch()
    let context = SessionContext(makeSetup(client, credentials, nil), hook: watch.hook)
    context.fixedTicketRequest = request.ticketCount.map {
      TicketRequest(afterFullHandshake: $0, afterResumption: $0)
    }
    // Registered in any case: the verification inside the handshake looks its context up.
    _ = context.register()
    defer { context.deregister() }
    try offer(request, to: client)

    let start = Deadline.present
    switch client.shakeHands(until: deadline, answerBy: { deadline }) {
    case .notOpened(let error): throw error
    case .unanswered, .timedOut: throw timedOut
    case .result(let result) where result < 0:
      if case .refused(let refusal) = context.handshake { throw notTrusted(refusal) }
      throw failure(client.error(result))
    case .result: break
    }
    let elapsed = start.millisecondsAgo
    let end = Deadline.present
    do throws(VerificationFailure) {
      try context.establish()
    } catch {
      throw notTrusted(error)
    }
    var reading = ProbeReading(client, context, watch, until: deadline)
    reading.collectTickets(request)
    let session = client.handle
    return ProbedConnection(
      protocolName: session.protocolName, cipherSuite: session.cipherSuiteName, group: session.groupName,
      announcedGroups: watch.announcedGroups,
      applicationProtocol: session.applicationProtocol.map { String(decoding: $0, as: UTF8.self) },
      hasHelloRetryRequest: watch.hasHelloRetryRequest, isResumed: context.isResumed,
      wasOffered: request.offer != nil && (watch.hasSentTicket || !session.isTLS13 || context.isResumed),
      hasExtendedMasterSecret: session.hasExtendedMasterSecret, hasSessionID: !session.sessionID.isEmpty,
      announcedCount: context.ticketsAnnounced, ticketCount: context.capture.received,
      announcedTickets: watch.tickets(since: end), tickets: newestTickets(context.capture),
      connectMilliseconds: client.socket.roundTripMilliseconds, handshakeMilliseconds: elapsed)
  }

  /// Those that came last, few enough to be held for long. The others are wiped.
  private func newestTickets(_ capture: Capture) -> [ProbeTicket] {
    capture.takeWaiting().map { ProbeTicket($0) }.suffix(ProbedConnection.mostTickets)
  }

  private func priorities(_ request: ProbeRequest) throws(ConnectionError) -> PriorityList? {
    do throws(GnuTLSError) {
      return try ProbePriorities.limited(request, configuration, serverNotes)
    } catch {
      throw ConnectionError(
        .configuration, "the priority string '\(configuration.priority ?? "")' can't be used", underlying: error)
    }
  }

  private func offer(_ request: ProbeRequest, to client: ClientSession) throws(ConnectionError) {
    guard let offer = request.offer else { return }
    // Wiped with the ticket.
    guard let data = offer.take(again: request.isSecondUse) else {
      throw ConnectionError(.configuration, "a ticket is used once")
    }
    do throws(GnuTLSError) {
      try client.handle.setData(data)
    } catch {
      throw failure(error)
    }
  }
}
