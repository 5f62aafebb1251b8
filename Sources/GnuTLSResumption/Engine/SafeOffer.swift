internal import CGnuTLS
internal import SessionTickets

/// What may be offered where a failed handshake can't be made again: only what can't fail.
///
/// A stored cipher that the client doesn't allow any more, and a TLS 1.2 session offered by a client of TLS 1.3 to a
/// server that has learnt TLS 1.3, end in fatal alerts.
extension SessionContext {
  private static let barSeconds: Int64 = 24 * 3600

  func isCertainlyAccepted(_ contents: TicketContents, _ kind: RecordKind) -> Bool {
    guard let priorities, priorities.allows(cipher: contents.cipher),
      priorities.allows(protocolVersion: contents.protocolVersion)
    else { return false }
    guard kind == .session else { return true }
    return !priorities.allows(protocolVersion: GNUTLS_TLS1_3.rawValue)
      || (try? serverNotes.note())?.hasResumedTLS12 == true
  }

  /// Whether an offer with this identity has failed within a day.
  func isOfferBarred(_ ring: KeyRing) throws(StoreError) -> Bool {
    let place = try place(under: ring.newest)
    guard let contents = try engine.note(server: place.server, identity: place.identity, key: ring.newest) else {
      return false
    }
    var reader = ByteReader(contents[...])
    guard let until = reader.integer(Int64.self), reader.isAtEnd else { return false }
    let now = engine.now.seconds
    // Set back, the clock must not bar offers for longer than a day.
    return now < until && until <= now + Self.barSeconds
  }

  /// Offers nothing more with this identity for a day.
  func barOffers() {
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: true) else { return }
      let place = try place(under: ring.newest)
      var contents: [UInt8] = []
      contents.append(bigEndian: engine.now.seconds + Self.barSeconds)
      try engine.setNote(contents, server: place.server, identity: place.identity, key: ring.newest)
    } catch {
      record(error)
    }
  }
}
