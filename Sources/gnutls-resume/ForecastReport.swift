import GnuTLSResumption
import SessionTickets

/// What `why` says.
struct ForecastReport {
  let forecast: Forecast
  /// Nil where no store is looked into.
  let names: StoreNames?
  /// Tickets, of whichever server, whose key is lost.
  let unopened: Int
  let now: Int64

  init(forecast: Forecast, names: StoreNames?, unopened: Int, now: WallTime = .now()) {
    self.forecast = forecast
    self.names = names
    self.unopened = unopened
    self.now = now.seconds
  }

  // MARK: For people

  /// What would be done, why, and then what is kept.
  /// - Parameter descriptor: Where it goes.
  func text(on descriptor: Int32) -> String {
    let first =
      "\(forecast.server): ".printable
      + (forecast.reason == nil ? Colour.green : .yellow).paint(next.printable, on: descriptor)
    var lines: [String] = []
    if let storeError = forecast.storeError { lines.append("store: \(storeError)") }
    if let rest = forecast.rest { lines.append(text(of: rest)) }
    if forecast.contactsWithoutTickets > 1 {
      lines.append("the server's last \(forecast.contactsWithoutTickets) connections brought no ticket")
    }
    if let lost = names?.lostKey(of: unopened) { lines.append(lost) }
    if let names, forecast.kept.isEmpty, forecast.storeError == nil {
      lines.append("nothing is kept of \(forecast.server) in \(names.text)")
    }
    for sessions in forecast.kept { lines += text(of: sessions) }
    return ([first] + lines.map(\.printable)).joined(separator: "\n")
  }

  private var next: String {
    if let reason = forecast.reason {
      let explanation = Self.explanations[reason].map { ": \($0)" } ?? ""
      return "a full handshake (\(reason))\(explanation)"
    }
    // Somebody else may have claimed it while what is kept was read.
    guard let offer = forecast.offer else { return "resumes, if the server takes what is kept" }
    let what = offer.kind == .ticket ? "a ticket" : "a session"
    return "resumes, if the server takes \(what) that is \(max(0, now - offer.issued)) s old"
  }

  private static let explanations: [FullHandshakeReason: String] = [
    .disabled: "resumption is switched off",
    .storeUnavailable: "key or store can't be used",
    .withheld: "an offer could break the connection",
    .damaged: "what is kept doesn't open",
    .trustChanged: "what is kept is of a peer that isn't trusted now",
    .expired: "what was kept is past its time",
    .policyChanged: "what is kept is of connections that were set up differently",
    .noTicket: "nothing is kept",
  ]

  private func text(of rest: OffersRest) -> String {
    rest.isSuspicion
      ? "an offer may have broken the last connection: the next goes without, or all until \(rest.until.iso8601)"
      : "offers have broken connections: none is made until \(rest.until.iso8601)"
  }

  private func text(of sessions: KeptSessions) -> [String] {
    var heading = "\(sessions.server)"
    if let identity = sessions.identity {
      if !identity.applicationProtocols.isEmpty {
        heading += ", ALPN \(identity.applicationProtocols.joined(separator: ","))"
      }
      heading += ", \(identity.policy(for: sessions.server.name))"
    }
    if let program = sessions.records.first?.program { heading += ", by \(program)" }
    let differences = sessions.differences.map { Self.names[$0] ?? $0.rawValue }
    heading += differences.isEmpty ? ": as asked for" : ": other \(differences.joined(separator: ", "))"
    return ["", heading] + sessions.records.map { "  \(text(of: $0))" }
  }

  private static let names: [KeptSessions.Field: String] = [
    .pins: "pinned keys", .expectedName: "expected name", .alpn: "ALPN list", .priority: "priority string",
    .clientCertificate: "client certificate", .gnutls: "GnuTLS", .unknown: "set-up, too long to be told",
  ]

  private func text(of record: KeptRecord) -> String {
    var words = [record.kind == .ticket ? "ticket" : "session"]
    words.append(record.expiry <= now ? "expired \(record.expiry.iso8601)" : "until \(record.expiry.iso8601)")
    if let end = record.verdictEnd {
      words.append(
        record.verdictStands == false || end <= now
          ? "its peer would be verified anew" : "verdict until \(end.iso8601)")
    }
    if record.isShared { words.append("shared") }
    if record.isOffered {
      words.append("would be offered")
    } else if record.judgement != nil {
      words.append(record.judgementText)
    }
    return words.joined(separator: ", ")
  }
}

// MARK: For programs

extension ForecastReport: Encodable {
  private enum CodingKeys: CodingKey {
    case server, port, handshake, reason, ticketAgeSeconds, storeError, storeMessage, offersRestUntil
    case isSuspicion, contactsWithoutTickets, unopened, kept
  }

  // By hand: what is absent is null, not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(forecast.server.name, forKey: .server)
    try container.encode(forecast.server.port, forKey: .port)
    try container.encode(forecast.reason == nil ? "resumed" : "full", forKey: .handshake)
    try container.encode(forecast.reason?.rawValue, forKey: .reason)
    try container.encode(forecast.offer.map { max(0, now - $0.issued) }, forKey: .ticketAgeSeconds)
    try container.encode(forecast.storeError?.code.rawValue, forKey: .storeError)
    try container.encode(forecast.storeError?.description, forKey: .storeMessage)
    try container.encode(forecast.rest?.until.iso8601, forKey: .offersRestUntil)
    try container.encode(forecast.rest?.isSuspicion, forKey: .isSuspicion)
    try container.encode(forecast.contactsWithoutTickets, forKey: .contactsWithoutTickets)
    try container.encode(unopened, forKey: .unopened)
    try container.encode(forecast.kept.map { SessionsJSON(sessions: $0) }, forKey: .kept)
  }

  private struct SessionsJSON: Encodable {
    let sessions: KeptSessions

    enum CodingKeys: CodingKey { case server, port, differs, gnutls, records }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(sessions.server.name, forKey: .server)
      try container.encode(sessions.server.port, forKey: .port)
      try container.encode(sessions.differences.map(\.rawValue), forKey: .differs)
      try container.encode(sessions.gnutlsVersion, forKey: .gnutls)
      try container.encode(sessions.records.map { RecordJSON(record: $0) }, forKey: .records)
      try IdentityJSON(identity: sessions.identity).encode(to: encoder)
    }
  }

  private struct RecordJSON: Encodable {
    let record: KeptRecord

    enum CodingKeys: CodingKey {
      case kind, program, isShared, issued, expires, verdictUntil, verdictStands, judgement, isOffered
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(record.kind == .ticket ? "ticket" : "session", forKey: .kind)
      try container.encode(record.program, forKey: .program)
      try container.encode(record.isShared, forKey: .isShared)
      try container.encode(record.issued.iso8601, forKey: .issued)
      try container.encode(record.expiry.iso8601, forKey: .expires)
      try container.encode(record.verdictEnd?.iso8601, forKey: .verdictUntil)
      try container.encode(record.verdictStands, forKey: .verdictStands)
      try container.encode(record.judgement?.rawValue, forKey: .judgement)
      try container.encode(record.isOffered, forKey: .isOffered)
    }
  }
}
