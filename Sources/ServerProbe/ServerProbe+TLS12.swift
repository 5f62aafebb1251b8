import GnuTLSResumption

/// TLS 1.2 and older: session tickets and session ids.
extension ServerProbe {
  mutating func probeTLS12() {
    // Refused by either side.
    let answers = [ConnectionError.Code.handshake, .configuration]
    guard case .success(let first)? = connect(.tls12, answering: answers, { $0.versions = .tls12 }) else { return }
    findings.versions.append(first.protocolName)
    probeOlder(first, .tls12)
  }

  /// - Parameter first: A full handshake that might have brought a ticket.
  mutating func probeOlder(_ first: ProbedConnection, _ versions: ProbeRequest.Versions) {
    findings.tls12 = TLS12Findings(first)
    let tickets = resume(first, isGiven: !first.announcedTickets.isEmpty, .tls12Resumption) {
      $0.versions = versions
    }
    findings.tls12?.tickets = tickets
    let withoutTickets = { (request: inout ProbeRequest) in
      request.versions = versions
      request.isWithoutTickets = true
    }
    guard case .success(let second)? = connect(.sessionID, withoutTickets) else { return }
    noteTime(of: second)
    let sessionIDs = resume(second, isGiven: second.hasSessionID, .sessionIDResumption, withoutTickets)
    findings.tls12?.sessionIDs = sessionIDs
    guard findings.tls13 == nil else { return }
    if tickets == .resumed {
      session = first.tickets.last.map { ResumedSession(session: $0, isWithoutTickets: false) }
    } else if sessionIDs == .resumed {
      session = second.tickets.last.map { ResumedSession(session: $0, isWithoutTickets: true) }
    }
  }

  /// Resumes what a full handshake has given.
  private mutating func resume(
    _ first: ProbedConnection, isGiven: Bool, _ step: ProbeStep, _ prepare: (inout ProbeRequest) -> Void
  ) -> TLS12Findings.Sessions? {
    guard isGiven else { return .notGiven }
    guard first.hasExtendedMasterSecret else { return .withoutExtendedMasterSecret }
    return first.tickets.last.flatMap { resume($0, step, prepare) }
  }

  /// Resumes a session; nil if it couldn't be tried.
  mutating func resume(
    _ session: ProbeTicket, _ step: ProbeStep, _ prepare: (inout ProbeRequest) -> Void
  ) -> TLS12Findings.Sessions? {
    let result = connect(step) {
      prepare(&$0)
      $0.offer = session
    }
    switch result {
    case .success(let connection) where connection.wasOffered:
      findings.tls12?.offers.note(isTaken: connection.isResumed)
      noteTime(of: connection)
      return connection.isResumed ? .resumed : .declined
    case .failure(let error) where error.code == .handshake:
      findings.tls12?.offers.noteBroken()
      return nil
    default: return nil
    }
  }
}

/// A session of TLS 1.2 or older, which may be used more than once.
struct ResumedSession {
  let session: ProbeTicket
  /// It was given in place of a ticket.
  let isWithoutTickets: Bool
}
