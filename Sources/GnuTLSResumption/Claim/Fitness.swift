internal import SessionTickets

/// What a connection makes of a stored record, before it claims it.
enum Fitness {
  /// To be claimed, and offered.
  case fit(TicketContents)
  /// Not for this connection: it stays for those whom it fits.
  case unfit(Misfit)
  /// Of no use to anybody any more: it leaves the store.
  case spoilt(Spoilage)
}

/// Why a record isn't for this connection.
enum Misfit {
  /// The stored peer isn't trusted, by the trust of now.
  case untrusted(String)
  /// The stored peer can't be verified, as the trust can't be loaded.
  case unverifiable(String)
  /// It was made on a machine whose clock is ahead of this one's.
  case early
  /// Offering it could break the connection.
  case withheld
  /// GnuTLS's configuration has changed, and GnuTLS would resume a TLS 1.2 session without asking whether what it has
  /// negotiated is still allowed.
  case otherConfiguration

  var text: String {
    switch self {
    case .untrusted(let text): "the stored peer is not trusted now: \(text)"
    case .unverifiable(let text): "the stored peer can't be verified now: \(text)"
    case .early: "it is of a time that is yet to come here"
    case .withheld: "it could break the connection"
    case .otherConfiguration: "GnuTLS's configuration has changed"
    }
  }
}

/// Why a record is of no use.
enum Spoilage {
  case damaged(String)
  case expired

  var text: String {
    switch self {
    case .damaged(let text): text
    case .expired: "a session or its certificates are past their time"
    }
  }

  var removal: RemovalReason {
    switch self {
    case .damaged: .damaged
    case .expired: .expired
    }
  }
}

extension Findings {
  mutating func add(_ misfit: Misfit) {
    switch misfit {
    case .untrusted, .unverifiable: untrusted += 1
    case .early: expired += 1
    case .withheld: isWithheld = true
    case .otherConfiguration: hasOtherIdentities = true
    }
  }

  mutating func add(_ spoilage: Spoilage) {
    switch spoilage {
    case .damaged: damaged += 1
    case .expired: expired += 1
    }
  }
}
