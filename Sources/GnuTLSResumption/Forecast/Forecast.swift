package import SessionTickets

/// What the next connection to a server would do, and what is kept of that server.
package struct Forecast: Sendable {
  package let server: ServerIdentity
  /// Why the handshake would be a full one; nil if something would be offered. Then it is the server who decides.
  package let reason: FullHandshakeReason?
  /// What is wrong with key or store, if anything is.
  package let storeError: StoreError?
  /// Set while nothing is offered to this server, as offers have broken connections.
  package let rest: OffersRest?
  /// How many contacts, one after the other, have ended without a ticket.
  package let contactsWithoutTickets: Int
  /// What is kept, by identity: that of the connection first, the others in the order of their newest records.
  package let kept: [KeptSessions]

  /// What would be offered.
  package var offer: KeptRecord? {
    for sessions in kept {
      for record in sessions.records where record.isOffered { return record }
    }
    return nil
  }
}

/// Until when nothing is offered to a server.
package struct OffersRest: Sendable {
  /// In seconds since 1970.
  package let until: Int64
  /// Only the next connection goes without, to show whether it was the offer.
  package let isSuspicion: Bool

  /// Nil if something may be offered now.
  init?(_ history: OfferHistory, now: Int64) {
    guard !history.mayOffer(now: now) else { return nil }
    switch history.state {
    case .free: return nil
    case .suspected(_, let until): (self.until, isSuspicion) = (until, true)
    case .resting(let until): (self.until, isSuspicion) = (until, false)
    }
  }
}

/// What is kept of one identity.
package struct KeptSessions: Sendable {
  /// What sets an identity apart.
  package enum Field: String, Sendable {
    case port, verification, pins, expectedName
    case alpn = "alpnProtocols"
    case priority, clientCertificate, partition
    /// The GnuTLS that packed it.
    case gnutls
    /// It was too long to be kept.
    case unknown
  }

  package let server: ServerIdentity
  /// Nil where it is too long to be kept.
  package let identity: KeptIdentity?
  /// In what it isn't the connection's identity; empty if it is.
  package let differences: [Field]
  /// The GnuTLS that packed them.
  package let gnutlsVersion: String
  /// Newest first.
  package internal(set) var records: [KeptRecord]
}

/// A ticket or session that is kept.
package struct KeptRecord: Sendable {
  /// What the connection would make of it.
  package enum Judgement: String, Sendable {
    case fit, untrusted, unverifiable, early, withheld, otherConfiguration, damaged, expired
  }

  package let kind: RecordKind
  /// The path of the program that has kept it; nil if the kernel didn't tell.
  package let program: String?
  /// Other machines may take it too.
  package let isShared: Bool
  /// When it was issued, in seconds since 1970.
  package let issued: Int64
  /// When it is of no more use, in seconds since 1970.
  package let expiry: Int64
  /// Until when the verdict on the peer stands at most, in seconds since 1970; nil without one.
  package let verdictEnd: Int64?
  /// Nothing that the verdict depended on has changed; nil where it isn't asked for.
  package let verdictStands: Bool?
  /// Nil where the connection wouldn't look at it.
  package internal(set) var judgement: Judgement?
  /// Why, in words.
  package internal(set) var judgementText = ""
  /// It is what the connection would offer.
  package var isOffered: Bool { judgement == .fit }
}
