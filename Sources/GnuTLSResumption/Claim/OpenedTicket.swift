internal import SessionTickets

/// A claimed record whose contents have been authenticated. It can't be copied: one claim, one offer.
struct OpenedTicket: ~Copyable {
  let key: RecordKey
  let kind: RecordKind
  private(set) var contents: TicketContents

  init(_ claim: consuming ClaimedRecord, contents: TicketContents) {
    key = claim.key
    kind = claim.record.header.kind
    self.contents = contents
  }

  /// Forgets the session data, which nobody may use.
  consuming func discard() { contents.sessionData.wipe() }

  /// Hands the session data to the session, and forgets them.
  consuming func offer(to session: SessionHandle, now: WallTime) throws(GnuTLSError) -> OfferedTicket {
    let offered = OfferedTicket(
      place: key.place, kind: kind, age: max(0, now.seconds - contents.issued), fullHandshake: contents.fullHandshake,
      peerChain: contents.peerChain, verdict: contents.verdict, ownValidity: contents.ownValidity)
    defer { contents.sessionData.wipe() }
    try session.setData(contents.sessionData)
    return offered
  }
}

/// What is remembered of a ticket once it has been offered.
final class OfferedTicket: Sendable {
  /// Where it and its siblings are filed.
  let place: StoreKey
  let kind: RecordKind
  /// How old it was, in seconds.
  let age: Int64
  let fullHandshake: FullHandshake
  /// DER, leaf first.
  let peerChain: [[UInt8]]
  /// The verdict on its peer. Where it doesn't stand, the peer is to be verified after the handshake.
  let verdict: Verdict?
  /// When the certificate is valid that the client had shown.
  let ownValidity: Validity

  init(
    place: StoreKey, kind: RecordKind, age: Int64, fullHandshake: FullHandshake, peerChain: [[UInt8]],
    verdict: Verdict?, ownValidity: Validity
  ) {
    self.place = place
    self.kind = kind
    self.age = age
    self.fullHandshake = fullHandshake
    self.peerChain = peerChain
    self.verdict = verdict
    self.ownValidity = ownValidity
  }
}
