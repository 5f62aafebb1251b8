internal import SessionTickets

/// What a trusted handshake teaches of a server whose machines may have ticket keys of their own: see ``ServerFarm``.
extension SessionContext {
  /// By what is known of it now.
  private var isOfFarm: Bool { ((try? setup.serverNotes.note()) ?? nil)?.farm.isFarm(now: setup.now) == true }

  /// The handshake has succeeded.
  func learnOfFarm() {
    guard !isHeldBack else {
      updateServerNote { $0.farm.heldBack() }
      return
    }
    // What a program offers by itself is in its own order.
    guard let offered, offered.kind == .ticket, !isProgramsOwn else { return }
    let now = setup.now
    if isResumed {
      updateServerNote { $0.farm.accepted(now: now) }
    } else if isDeclined, offered.isYoung {
      let isElsewhere = setup.isElsewhere(offered.address)
      updateServerNote { $0.farm.declined(isElsewhere: isElsewhere, now: now) }
    }
  }

  /// The server has declined a ticket. One that has forgotten it has forgotten all of the same full handshake (RFC 9149,
  /// section 3); but not what another machine has given, as far as that can be told.
  func removeDeclined(_ ticket: OfferedTicket) {
    if ticket.isYoung, isOfFarm { return }
    removeSiblings(of: ticket, because: .declined) { !setup.isElsewhere($0) }
  }

  /// How many tickets of this connection are to be kept in all; nil for all. In a farm only as many as there is a lack of: the
  /// others' are pushed out else.
  var room: Int? {
    guard let stock, isOfFarm else { return nil }
    return max(1, TicketStock.bound - stock.count + (offered == nil ? 0 : 1))
  }
}
