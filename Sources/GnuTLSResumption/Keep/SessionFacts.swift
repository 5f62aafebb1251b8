internal import CGnuTLS
internal import SessionTickets

/// What all tickets of one connection have in common, read from the session once.
struct SessionFacts {
  let origin: FullHandshake
  private let template: TicketContents

  init(_ setup: ClientSetup, _ trusted: TrustedHandshake, _ origin: FullHandshake) {
    let session = setup.session
    let chain = trusted.resumedBy?.peerChain ?? session.peerChain
    self.origin = origin
    template = TicketContents(
      sessionData: [], protocolVersion: session.protocolVersion.rawValue, cipher: session.cipher.rawValue,
      gnutlsVersion: GnuTLSVersion.current, issued: 0, lifetime: 0, earlyDataLimit: 0,
      applicationProtocol: session.applicationProtocol, group: session.group, peerChain: chain,
      staples: session.staples(chainLength: chain.count), verdict: trusted.verdict, ownValidity: trusted.ownValidity,
      configuration: trusted.configuration, fullHandshake: origin, bootID: BootID.current,
      serverName: setup.identity.server.name, port: setup.identity.server.port, program: RunningProgram.path)
  }

  func contents(of ticket: CapturedTicket) -> TicketContents {
    var contents = template
    contents.sessionData = ticket.sessionData
    contents.issued = ticket.issued
    contents.lifetime = ticket.lifetime
    contents.earlyDataLimit = ticket.earlyDataLimit
    return contents
  }
}
