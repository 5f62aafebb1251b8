internal import SessionTickets

extension TicketStore {
  /// What ``SessionTickets/TicketStore/candidates(at:now:limit:)`` would show, without removing what is of no more use: it
  /// stays for the connection that will say so.
  func peek(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    var found = Candidates()
    var own: [RecordSummary] = []
    for summary in try select(server: place.server).reversed() {
      if summary.key.place == place {
        own.append(summary)
      } else if !now.isPast(expiry: summary.expiry) {
        found.miss.otherIdentities = true
      }
    }
    let kinds: [RecordKind] = [.ticket, .session]
    for kind in kinds {
      for summary in own where summary.kind == kind && found.records.count < limit {
        if now.isPast(expiry: summary.expiry) {
          found.miss.expired += 1
        } else if let record = try read(summary.key) {
          found.records.append(Candidate(record, at: place, inserted: summary.inserted))
        } else {
          found.miss.damaged += 1
        }
      }
    }
    return found
  }
}
