import GnuTLSResumption

/// TLS 1.3: tickets.
extension ServerProbe {
  mutating func probeTLS13(_ first: ProbedConnection) {
    findings.tls13 = TLS13Findings(first)
    tickets = first.tickets
    // From now on it is known how late they come, or that none do.
    patience = 200 + 2 * (first.announcedTickets.compactMap(\.milliseconds).max() ?? 0)
    if let resumed = offerTicket(.resumption), resumed.isResumed {
      findings.tls13?.ticketsPerResumed = resumed.ticketCount
      tryReuse()
    }
    askForTickets(insteadOf: first.ticketCount)
    if findings.tls13?.offers.made == 0 { _ = offerTicket(.resumption) }
  }

  /// Offers a ticket that has not been offered, at home.
  mutating func offerTicket(_ step: ProbeStep) -> ProbedConnection? {
    guard let ticket = tickets.popLast() else { return nil }
    used = ticket
    guard let result = connect(step, { $0.offer = ticket }) else { return nil }
    switch result {
    case .success(let connection):
      if connection.wasOffered { findings.tls13?.offers.note(isTaken: connection.isResumed) }
      takeIn(connection)
      return connection
    case .failure(let error):
      if error.code == .handshake { findings.tls13?.offers.noteBroken() }
      return nil
    }
  }

  mutating func takeIn(_ connection: ProbedConnection) {
    noteTime(of: connection)
    guard connection.isTLS13 else { return }
    tickets += connection.tickets
    findings.tls13?.tickets += connection.announcedTickets
  }

  /// RFC 8446, appendix C.4, advises against it: only where the user wants to know.
  mutating func tryReuse() {
    guard options.triesReuse, let used,
      case .success(let connection)? = connect(
        .reuse,
        {
          $0.offer = used
          $0.isSecondUse = true
        }), connection.wasOffered
    else { return }
    findings.tls13?.reuse = connection.isResumed ? .accepted : .declined
    takeIn(connection)
  }

  /// Asks for another number than came unasked (RFC 9149).
  mutating func askForTickets(insteadOf unasked: Int) {
    let wanted: UInt8 = unasked == 3 ? 1 : 3
    guard case .success(let connection)? = connect(.ticketRequest, { $0.ticketCount = wanted }), connection.isTLS13
    else { return }
    takeIn(connection)
    findings.tls13?.requests = TLS13Findings.TicketRequests(
      wanted: Int(wanted), announced: connection.announcedCount, came: connection.ticketCount)
  }
}
