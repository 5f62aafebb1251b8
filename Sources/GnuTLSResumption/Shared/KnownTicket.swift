package import SessionTickets

/// What is known of a ticket that came from a trusted peer, besides its session data.
package struct KnownTicket: Sendable {
  package let digest: Digest
  package let identity: ConnectionIdentity
  /// Seconds since 1970.
  let issued: Int64
  let fullHandshake: FullHandshake
  let peerChain: [[UInt8]]
  let verdict: Verdict?
  let ownValidity: Validity

  /// As a ticket that is offered, by whomever.
  func offered(at place: StoreKey, in keeping: TicketKeeping, now: Int64) -> OfferedTicket {
    OfferedTicket(
      place: place, keeping: keeping, kind: .ticket, age: max(0, now.addingClamped(-issued)),
      fullHandshake: fullHandshake, peerChain: peerChain, verdict: verdict, ownValidity: ownValidity)
  }
}
