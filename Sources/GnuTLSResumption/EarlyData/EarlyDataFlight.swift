internal import SessionTickets

/// Early data that GnuTLS has been given, to be sent with the ClientHello.
struct EarlyDataFlight {
  /// The ticket that was marked for them; nil where nobody else can put another in its place.
  let ticket: Digest?
  /// When it is too late for what was checked before; nil if they leave at once.
  let latest: Deadline?
  /// They have been announced in a ClientHello, and leave with it.
  fileprivate(set) var isSent = false
}

extension SessionContext {
  /// Early data leave, or have left, with this session's ClientHello.
  var hasSentEarlyData: Bool { earlyFlight?.isSent == true }

  /// Has bytes sent early: after the ticket was offered that carries them.
  /// - Parameters:
  ///   - ticket: That one, where the session's owner could offer another instead.
  ///   - latest: When it is too late for them.
  func sendEarly(_ bytes: [UInt8], with ticket: Digest? = nil, until latest: Deadline? = nil) throws(GnuTLSError) {
    try session.sendEarly(bytes)
    earlyFlight = EarlyDataFlight(ticket: ticket, latest: latest)
  }

  /// Whether a ClientHello may leave: not with early data whose time is over, or by another ticket than was marked for them, nor
  /// a second one after them, from which GnuTLS doesn't come to an end.
  func earlyFlightMayGo(with message: SentClientHello?, isFirst: Bool) -> Bool {
    guard let earlyFlight else { return true }
    guard isFirst else { return !earlyFlight.isSent }
    if let ticket = earlyFlight.ticket, message?.announcesEarlyData != false {
      guard let message, SHA256.digest(Array(message.ticket)) == ticket else {
        setup.log("the handshake ends: other session data are in the place of those that may carry early data")
        if earlyData != nil { earlyData = .notOffered(.noTicket) }
        return false
      }
    }
    guard earlyFlight.latest?.hasPassed != true else {
      setup.log("the handshake ends: it begins too long after it was found that early data may be sent")
      if earlyData != nil { earlyData = .notOffered(.verdict) }
      return false
    }
    return true
  }

  /// The first ClientHello leaves.
  func sentEarlyFlight(isAnnounced: Bool) {
    guard earlyFlight != nil, !hasSentEarlyData else { return }
    earlyFlight?.isSent = isAnnounced
    if !isAnnounced, earlyData == .inDoubt { earlyData = .notOffered(.notAnnounced) }
  }

  /// A handshake of somebody else's has succeeded: says what has become of early data.
  ///
  /// A server that knows early data takes none under another protocol than they were written for, nor in an older version of
  /// TLS (RFC 8446, sections 4.2.10 and D.3). GnuTLS doesn't look.
  func judgeEarlyData() throws(VerificationFailure) {
    guard earlyData == .inDoubt, hasShakenHands else { return }
    let isAccepted = session.hasAcceptedEarlyData
    guard session.isTLS13, !isAccepted || session.applicationProtocol == offered?.applicationProtocol else {
      handshakeFailed(.illegalParameter)
      throw .earlyDataMisread
    }
    earlyData = isAccepted ? .accepted : .rejected
  }
}
