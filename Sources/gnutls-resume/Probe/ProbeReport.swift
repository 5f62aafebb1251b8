import GnuTLSResumption
import ServerProbe

/// What `probe` says.
struct ProbeReport {
  let findings: ProbeFindings
  /// The server was asked for something on each connection.
  let hasAsked: Bool
  /// What was expected and isn't so, in a word of ``ExitStatus``.
  let error: String?

  init(_ findings: ProbeFindings, hasAsked: Bool, error: String?) {
    self.findings = findings
    self.hasAsked = hasAsked
    self.error = error
  }

  /// The verdict, and what it rests on.
  var text: String {
    let verdict = ["\(findings.server): resumes: \(verdict)", farm].compactMap(\.self)
    let rows = table(rows.map { [$0.0, $0.1] }.map { $0.map(\.printable) }).split(separator: "\n").map(String.init)
    return (verdict.map(\.printable) + rows).joined(separator: "\n")
  }

  // MARK: The verdict

  private var verdict: String {
    switch findings.resumes {
    case .yes: "yes, \(way)"
    case .sometimes:
      "sometimes, \(findings.tls13?.offers.taken ?? 0) of \(findings.tls13?.offers.made ?? 0) offers were taken: there may be "
        + "machines behind \(findings.home) that don't share their keys"
    case .onlyTLS12: "only in TLS1.2; in TLS1.3 not, as \(reason)"
    case .no: "no, as \(reason)"
    }
  }

  private var way: String {
    guard let tls13 = findings.tls13 else {
      let ways = [(findings.tls12?.tickets, "tickets"), (findings.tls12?.sessionIDs, "session ids")]
      let resumed = ways.filter { $0.0 == .resumed }.map(\.1)
      return "in \(findings.versions.first ?? "") by \(resumed.joined(separator: " and "))"
    }
    let after = tls13.ticketsPerResumed.flatMap { $0 == tls13.ticketsPerFull ? nil : ", \($0) after a resumption" }
    return "\(Self.tickets(tls13.ticketsPerFull)) a connection" + (after ?? "")
  }

  private static func tickets(_ count: Int) -> String { count == 1 ? "1 ticket" : "\(count) tickets" }

  private var reason: String {
    switch findings.reason {
    case .nothingGiven where findings.tls13 == nil: "it gives neither tickets nor session ids"
    case .nothingGiven:
      "it gives no tickets" + (hasAsked ? "" : "; where they come with the first answer, --http asks for one")
    case .nothingUsable: "its tickets have a lifetime of 0"
    case .declined: "it doesn't take what it has given"
    case .withoutExtendedMasterSecret: "without extended master secret a session must not be resumed"
    case .broken: "a handshake with an offer fails"
    case .untried, nil: "nothing could be offered"
    }
  }

  private var farm: String? {
    let others = findings.others
    switch findings.sharesKeys {
    case true?:
      return "its addresses share their keys: a ticket of \(findings.home) was taken at "
        + others.filter { $0.outcome == .resumed }.map(\.address).joined(separator: ", ")
    case false?:
      return "a farm whose machines don't share keys: a ticket of \(findings.home) was declined at "
        + others.filter { $0.outcome == .declined }.map(\.address).joined(separator: ", ")
    case nil: return nil
    }
  }

  // MARK: What it rests on

  private var rows: [(String, String)] {
    var rows = [
      ("versions", findings.versions.joined(separator: ", ")),
      ("address", findings.addressCount > 1 ? "\(findings.home), of \(findings.addressCount)" : findings.home),
    ]
    if let alpn = findings.applicationProtocol { rows.append(("ALPN", alpn)) }
    if let tls13 = findings.tls13 { rows += Self.rows(tls13) }
    if let tls12 = findings.tls12 { rows += Self.rows(tls12, findings.tls13 == nil ? findings.versions.first : nil) }
    rows += findings.others.map { ("at \($0.address)", Self.words[$0.outcome] ?? $0.outcome.rawValue) }
    if let full = findings.full { rows.append(("full handshakes", full.text)) }
    if let resumed = findings.resumed { rows.append(("resumed handshakes", resumed.text)) }
    rows += findings.failures.map { ("failed at \($0.address)", "\(Self.steps[$0.step] ?? ""): \($0.message)") }
    rows.append(("connections", "\(findings.connections)" + (findings.isCut ? ", and not all was tried" : "")))
    return rows
  }

  private static let steps: [ProbeStep: String] = [
    .first: "the first connection", .resumption: "a resumption", .ticketRequest: "a request for tickets",
    .reuse: "a ticket's second use", .otherAddress: "another address", .tls12: "TLS1.2",
    .tls12Resumption: "a resumption", .sessionID: "no tickets", .sessionIDResumption: "a resumption by session id",
    .timing: "a handshake for its time",
  ]

  private static let words: [ProbeFindings.OtherOutcome: String] = [
    .resumed: "takes the ticket of the first address", .declined: "declines the ticket of the first address",
    .failed: "can't be asked",
  ]

  private static func rows(_ tls13: TLS13Findings) -> [(String, String)] {
    let groups = tls13.announcedGroups.map(GroupNumber.name)
    let key = [
      tls13.cipherSuite, tls13.group, tls13.hasHelloRetryRequest ? "by a HelloRetryRequest" : "no HelloRetryRequest",
      groups.isEmpty ? nil : "the server supports \(groups.joined(separator: " "))",
    ].compactMap(\.self)
    var rows = [("TLS1.3", key.joined(separator: ", "))]
    let after = tls13.ticketsPerResumed.map { ", \($0) after a resumed one" } ?? ""
    rows.append(("tickets", "\(tls13.ticketsPerFull) after a full handshake\(after)"))
    if let lifetimes = tls13.lifetimes, let sizes = tls13.sizes {
      rows.append(("ticket lifetime", "\(Self.text(lifetimes)) s"))
      rows.append(("ticket size", "\(Self.text(sizes)) bytes"))
      let heldBack = "until the server's next message, an answer or its goodbye"
      rows.append(("ticket delay", tls13.delays?.text ?? heldBack))
    }
    rows.append(("offers", "\(tls13.offers.taken) of \(tls13.offers.made) taken"))
    rows.append(("ticket reuse", tls13.reuse?.rawValue ?? "not tried (--reuse)"))
    rows.append(("early data", tls13.earlyDataLimit == 0 ? "none" : "up to \(tls13.earlyDataLimit) bytes"))
    rows.append(("ticket requests", tls13.requests.flatMap { Self.requestWords[$0] } ?? "not tried"))
    return rows
  }

  private static let requestWords: [TLS13Findings.TicketRequests: String] = [
    .honoured: "sends as many as are asked for (RFC 9149)",
    .limited: "says how many it sends instead (RFC 9149)",
    .untrue: "says a number, and sends another (RFC 9149)",
    .ignored: "sends as many as it likes",
  ]

  /// - Parameter name: The version's, if it isn't TLS 1.2 for certain.
  private static func rows(_ tls12: TLS12Findings, _ name: String?) -> [(String, String)] {
    let version = name ?? "TLS1.2"
    let key = [
      tls12.cipherSuite, tls12.group,
      tls12.hasExtendedMasterSecret ? "extended master secret" : "no extended master secret",
    ].compactMap(\.self)
    var ticket = tls12.tickets.flatMap { sessionWords[$0] } ?? "not tried"
    if let lifetime = tls12.lifetime, let size = tls12.size { ticket += ", lifetime \(lifetime) s, \(size) bytes" }
    return [
      (version, key.joined(separator: ", ")), ("\(version) tickets", ticket),
      ("\(version) session ids", tls12.sessionIDs.flatMap { sessionWords[$0] } ?? "not tried"),
    ]
  }

  private static let sessionWords: [TLS12Findings.Sessions: String] = [
    .resumed: "resumed", .declined: "given, and declined",
    .withoutExtendedMasterSecret: "given, and not to be used without extended master secret", .notGiven: "none",
  ]

  private static func text<Value: Comparable>(_ range: ClosedRange<Value>) -> String {
    range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}

extension Spread {
  /// Of milliseconds.
  var text: String {
    count == 1
      ? median.milliseconds
      : "\(least.milliseconds) to \(most.milliseconds), median \(median.milliseconds), of \(count)"
  }
}
