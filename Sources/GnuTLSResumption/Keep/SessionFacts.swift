internal import CGnuTLS
internal import SessionTickets

/// What all tickets of one connection have in common, read from the session once.
struct SessionFacts {
  let origin: FullHandshake
  private var isShared = false
  /// The server hadn't asked for a client's certificate when the session was made, nor has the client one to show.
  private let mayCarryEarlyData: Bool
  private var template: TicketContents

  init(_ setup: ClientSetup, _ trusted: TrustedHandshake, _ origin: FullHandshake) {
    let session = setup.session
    let chain = trusted.resumedBy?.peerChain ?? session.peerChain
    self.origin = origin
    // A resumed handshake asks for none: what the full one was like shows in what its ticket allowed.
    mayCarryEarlyData =
      setup.identity.clientCertificate == nil && !session.wasAskedForCertificate
      && trusted.resumedBy?.earlyDataLimit != 0
    template = TicketContents(
      sessionData: [], protocolVersion: session.protocolVersion.rawValue, cipher: session.cipher.rawValue,
      gnutlsVersion: GnuTLSVersion.current, issued: 0, lifetime: 0, earlyDataLimit: 0,
      applicationProtocol: session.applicationProtocol, group: session.group, peerChain: chain,
      staples: session.staples(chainLength: chain.count), verdict: trusted.verdict, ownValidity: trusted.ownValidity,
      configuration: trusted.configuration, fullHandshake: origin, bootID: BootID.current,
      marksID: [], serverName: setup.identity.server.name, port: setup.identity.server.port,
      program: RunningProgram.path, address: setup.peerAddress,
      identityFields: IdentityFields.kept(setup.identity, setup.verification.kind))
  }

  /// From now on they are for other machines.
  mutating func share(by setup: ClientSetup) {
    isShared = true
    template.giveAway(by: setup)
  }

  /// From now on they say which marks are there: for tickets that allow early data.
  mutating func noteMarks(by setup: ClientSetup) {
    guard !isShared, mayCarryEarlyData, setup.verifier != nil, let rules = setup.earlyData else { return }
    template.marksID = rules.marksID()
  }

  func contents(of ticket: CapturedTicket) -> TicketContents {
    var contents = template
    contents.sessionData = ticket.sessionData
    contents.issued = ticket.issued
    contents.lifetime = ticket.lifetime
    // What another machine may have replayed carries none.
    contents.earlyDataLimit = isShared || !mayCarryEarlyData ? 0 : ticket.earlyDataLimit
    return contents
  }
}
