internal import CGnuTLS
internal import SessionTickets

/// What all tickets of one connection have in common, read from the session once.
struct SessionFacts {
  let origin: FullHandshake
  private let template: TicketContents

  /// - Parameter chain: The peer's certificates, where they are known already.
  init(
    session: SessionHandle, chain: [[UInt8]]?, origin: FullHandshake, verdict: Verdict?, configuration: TrustNote,
    server: ServerIdentity
  ) {
    let chain = chain ?? session.peerChain
    self.origin = origin
    template = TicketContents(
      sessionData: [], protocolVersion: session.protocolVersion.rawValue, cipher: session.cipher.rawValue,
      gnutlsVersion: GnuTLSVersion.current, issued: 0, lifetime: 0, earlyDataLimit: 0,
      applicationProtocol: session.applicationProtocol, group: session.group, peerChain: chain,
      staples: session.staples(chainLength: chain.count), verdict: verdict, configuration: configuration,
      fullHandshake: origin,
      bootID: BootID.current, serverName: server.name, port: server.port)
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
