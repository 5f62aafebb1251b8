internal import SessionTickets

/// What a connection teaches about offers to its server: see ``OfferHistory``. Nothing is written where nothing changes.
extension SessionContext {
  /// The handshake has succeeded.
  func learnFromSuccess() {
    let now = setup.now
    // Who can connect again has seen it at once.
    if !setup.canReconnect, !hasSentEarlyData { updateServerNote { $0.workedWithoutEarlyData(now: now) } }
    guard offered == nil || !wasSent else { return }
    updateServerNote { $0.offers.workedWithoutOffer(.handshake, now: now) }
  }

  /// The handshake has failed, and whoever made it can't connect again.
  /// - Parameter error: Not if the peer was refused: the offer has no part in that. Nor if the ClientHello couldn't be
  ///   sent, as where a program connects with its first bytes (TCP Fast Open), to an address that refuses; of datagrams that
  ///   is only known when an answer is waited for.
  func learnFromFailure(_ error: GnuTLSError) {
    let isUnsent = error.code == .push || (error.code == .pull && setup.identity.server.isDatagram)
    guard !error.isOfVerification, !isUnsent || !session.hasNoAnswer else { return }
    let now = setup.now
    let isNoted = updateServerNote { note in
      if !setup.canReconnect {
        if hasSentEarlyData { return note.suspectEarlyData(now: now) }
        note.failedWithoutEarlyData()
      }
      if offered != nil, wasSent {
        note.offers.suspect(.handshake, now: now)
      } else {
        note.offers.failedWithoutOffer(.handshake)
      }
    }
    // Else the next connection would send some by one of these.
    if !isNoted, !setup.canReconnect, hasSentEarlyData, let offered { removeSiblings(of: offered, because: .declined) }
  }

  /// A handshake with an offer has failed, and this one, made without on another connection, has succeeded: it was the
  /// offer.
  /// - Parameter wasAnswered: The server had answered the other.
  func learn(fromFailureOf ticket: OfferedTicket, wasAnswered: Bool) {
    removeSiblings(of: ticket, because: .declined)
    let now = setup.now
    updateServerNote { note in
      if wasAnswered { note.offers.refused(now: now) } else { note.offers.rest(now: now) }
    }
  }

  /// The same of one with early data: those rest, and the next offer goes without.
  func learnFromFailureOfEarlyData() {
    let now = setup.now
    updateServerNote { $0.noteEarlyDataFailed(now: now) }
  }

  /// A connection that was opened by TCP Fast Open has failed, and one in the ordinary way hasn't.
  func learnFromFailureOfFastOpen() {
    let now = setup.now
    updateServerNote { $0.noteFastOpenFailed(now: now) }
  }

  /// Data have come from the peer.
  func learnFromData() {
    guard receivesData(), trusted != nil else { return }
    let now = setup.now
    if isResumed {
      updateServerNote { $0.offers.worked() }
    } else if offered == nil || !wasSent {
      updateServerNote { $0.offers.workedWithoutOffer(.data, now: now) }
    }
  }

  /// The connection has ended, by an alert, a reset, a close, or for want of an answer, before the first byte of data.
  /// - Parameter isCertain: It wasn't just closed, by whichever side: that may be the server's way.
  func learnFromSilence(isCertain: Bool) {
    guard !hasReceivedData, trusted != nil else { return }
    let now = setup.now
    if isResumed {
      updateServerNote { note in
        if isCertain || !note.offers.isSilent { note.offers.suspect(.data, now: now) }
      }
    } else if offered == nil {
      updateServerNote { $0.offers.failedWithoutOffer(.data) }
    }
  }
}
