/// What would let a program's connections resume more often.
enum LogAdvice {
  /// Nothing where nine of ten resume, or too little is known.
  static func of(_ tally: ConnectionTally) -> String? {
    if let (why, _) = most(tally.leftAlone), tally.leftAloneCount > tally.connections { return "left alone: \(why)" }
    // A first contact is always a full one.
    let full = max(0, tally.fullCount - 1)
    guard tally.resumed + tally.fullCount >= 3, tally.resumed < 9 * full, let (reason, _) = most(tally.full) else {
      return nil
    }
    return texts[reason]
  }

  private static func most(_ counts: [String: Int]) -> (String, Int)? {
    counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }

  private static let texts = [
    "noTicket":
      "no ticket was kept: the server sends none (or too few for connections at once), has no extended master secret "
      + "(TLS 1.2), or wasn't verified",
    "policyChanged":
      "the connections are set up differently (protocols, priorities, credentials): each kind has its own tickets",
    "declined": "the server declined tickets: it was restarted, or is several servers that don't share keys",
    "expired": "its tickets live shorter than the time between connections",
    "storeUnavailable": "tickets or key can't be read or written: gnutls-resume stats tells why",
    "trustChanged": "the server's chain isn't trusted any more as it was",
    "withheld": "offering a ticket could have broken the connection, or have been in vain",
    "damaged": "what was kept is damaged, or of another GnuTLS",
    "disabled": "resumption is switched off for these connections",
    "retried": "connections with a ticket failed, and were made again without",
    "unfinished": "handshakes with a ticket didn't end",
  ]
}
