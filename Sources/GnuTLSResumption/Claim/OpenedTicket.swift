internal import SessionTickets

/// A claimed record whose contents have been authenticated. It can't be copied: one claim, one offer.
struct OpenedTicket: ~Copyable {
  let key: RecordKey
  let kind: RecordKind
  private(set) var contents: TicketContents
  /// Where it was.
  private let keeping: TicketKeeping

  init(_ claim: consuming ClaimedRecord, contents: TicketContents, of keeping: TicketKeeping) {
    self.keeping = keeping
    key = claim.key
    kind = claim.record.header.kind
    self.contents = contents
  }

  /// Forgets the session data, which nobody may use.
  consuming func discard() { contents.sessionData.wipe() }

  /// Hands the session data to the session, and forgets them.
  consuming func offer(to session: SessionHandle, now: WallTime) throws(GnuTLSError) -> OfferedTicket {
    let offered = OfferedTicket(
      place: key.place, keeping: keeping, kind: kind, age: max(0, now.seconds - contents.issued),
      lifetime: contents.lifetime, address: contents.address,
      fullHandshake: contents.fullHandshake, peerChain: contents.peerChain, verdict: contents.verdict,
      ownValidity: contents.ownValidity, applicationProtocol: contents.applicationProtocol,
      earlyDataLimit: contents.earlyDataLimit)
    defer { contents.sessionData.wipe() }
    try session.setData(contents.sessionData)
    return offered
  }
}

/// What is remembered of a ticket once it has been offered.
final class OfferedTicket: Sendable {
  /// Where it and its siblings are filed.
  let place: StoreKey
  let keeping: TicketKeeping
  let kind: RecordKind
  /// How old it was, in seconds.
  let age: Int64
  /// So young that a server which declines it has either forgotten its key before its time, or never had it.
  let isYoung: Bool
  /// From where it came, as far as that is known.
  let address: [UInt8]
  let fullHandshake: FullHandshake
  /// DER, leaf first.
  let peerChain: [[UInt8]]
  /// The verdict on its peer. Where it doesn't stand, the peer is to be verified after the handshake.
  let verdict: Verdict?
  /// When the certificate is valid that the client had shown.
  let ownValidity: Validity
  /// The protocol that ALPN had chosen.
  let applicationProtocol: [UInt8]?
  /// How many bytes of early data it allowed.
  let earlyDataLimit: UInt32

  init(
    place: StoreKey, keeping: TicketKeeping, kind: RecordKind, age: Int64, lifetime: UInt32 = 0, address: [UInt8] = [],
    fullHandshake: FullHandshake, peerChain: [[UInt8]], verdict: Verdict?, ownValidity: Validity,
    applicationProtocol: [UInt8]? = nil, earlyDataLimit: UInt32 = 0
  ) {
    self.place = place
    self.keeping = keeping
    self.kind = kind
    self.age = age
    isYoung = age < Int64(lifetime) / 4
    self.address = address
    self.fullHandshake = fullHandshake
    self.peerChain = peerChain
    self.verdict = verdict
    self.ownValidity = ownValidity
    self.applicationProtocol = applicationProtocol
    self.earlyDataLimit = earlyDataLimit
  }
}
