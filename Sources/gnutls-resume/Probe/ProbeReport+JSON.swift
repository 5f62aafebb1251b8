import GnuTLSResumption
import ServerProbe

// For programs: identifiers and numbers, never sentences; what is absent is null, not left out.
extension ProbeReport: Encodable {
  private enum CodingKeys: CodingKey {
    case server, port, address, addressCount, resumption, reason, error, versions, alpn, tls13, tls12
    case sharesKeys, otherAddresses, fullMilliseconds, resumedMilliseconds, connections, isCut, failures
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(findings.server.name, forKey: .server)
    try container.encode(findings.server.port, forKey: .port)
    try container.encode(findings.home, forKey: .address)
    try container.encode(findings.addressCount, forKey: .addressCount)
    try container.encode(findings.resumes.rawValue, forKey: .resumption)
    try container.encode(findings.reason?.rawValue, forKey: .reason)
    try container.encode(error, forKey: .error)
    try container.encode(findings.versions, forKey: .versions)
    try container.encode(findings.applicationProtocol, forKey: .alpn)
    try container.encode(findings.tls13.map(TLS13JSON.init), forKey: .tls13)
    try container.encode(findings.tls12.map(TLS12JSON.init), forKey: .tls12)
    try container.encode(findings.sharesKeys, forKey: .sharesKeys)
    try container.encode(findings.others.map(OtherAddressJSON.init), forKey: .otherAddresses)
    try container.encode(findings.full.map(SpreadJSON.init), forKey: .fullMilliseconds)
    try container.encode(findings.resumed.map(SpreadJSON.init), forKey: .resumedMilliseconds)
    try container.encode(findings.connections, forKey: .connections)
    try container.encode(findings.isCut, forKey: .isCut)
    try container.encode(findings.failures.map(FailureJSON.init), forKey: .failures)
  }
}

private struct SpreadJSON: Encodable {
  let min, median, max: Double
  let count: Int

  init(_ spread: Spread) { (min, median, max, count) = (spread.least, spread.median, spread.most, spread.count) }
}

private struct OtherAddressJSON: Encodable {
  let address, outcome: String

  init(_ other: ProbeFindings.OtherAddress) { (address, outcome) = (other.address, other.outcome.rawValue) }
}

private struct FailureJSON: Encodable {
  let step, address, error, message: String

  init(_ failure: ProbeFindings.Failure) {
    (step, address) = (failure.step.rawValue, failure.address)
    (error, message) = (failure.error.rawValue, failure.message)
  }
}

private struct TLS13JSON: Encodable {
  let cipherSuite: String
  @OrNull var group: String?
  let serverGroups: [String]
  let helloRetryRequest: Bool
  let ticketsPerFull: Int
  @OrNull var ticketsPerResumed: Int?
  @OrNull var lifetimeSeconds: [UInt32]?
  @OrNull var ticketBytes: [Int]?
  @OrNull var ticketMilliseconds: SpreadJSON?
  let ticketsHeldBack: Bool
  let offers, offersTaken: Int
  @OrNull var reuse: String?
  let earlyDataBytes: UInt32
  @OrNull var ticketRequests: String?

  init(_ findings: TLS13Findings) {
    cipherSuite = findings.cipherSuite
    serverGroups = findings.announcedGroups.map(GroupNumber.name)
    helloRetryRequest = findings.hasHelloRetryRequest
    ticketsPerFull = findings.ticketsPerFull
    (offers, offersTaken) = (findings.offers.made, findings.offers.taken)
    earlyDataBytes = findings.earlyDataLimit
    ticketsHeldBack = findings.areHeldBack
    _group = OrNull(wrappedValue: findings.group)
    _ticketsPerResumed = OrNull(wrappedValue: findings.ticketsPerResumed)
    _lifetimeSeconds = OrNull(wrappedValue: findings.lifetimes.map { [$0.lowerBound, $0.upperBound] })
    _ticketBytes = OrNull(wrappedValue: findings.sizes.map { [$0.lowerBound, $0.upperBound] })
    _ticketMilliseconds = OrNull(wrappedValue: findings.delays.map(SpreadJSON.init))
    _reuse = OrNull(wrappedValue: findings.reuse?.rawValue)
    _ticketRequests = OrNull(wrappedValue: findings.requests?.rawValue)
  }
}

private struct TLS12JSON: Encodable {
  let cipherSuite: String
  @OrNull var group: String?
  let extendedMasterSecret: Bool
  @OrNull var tickets: String?
  @OrNull var sessionIDs: String?
  @OrNull var lifetimeSeconds: UInt32?
  @OrNull var ticketBytes: Int?

  init(_ findings: TLS12Findings) {
    cipherSuite = findings.cipherSuite
    extendedMasterSecret = findings.hasExtendedMasterSecret
    _group = OrNull(wrappedValue: findings.group)
    _tickets = OrNull(wrappedValue: findings.tickets?.rawValue)
    _sessionIDs = OrNull(wrappedValue: findings.sessionIDs?.rawValue)
    _lifetimeSeconds = OrNull(wrappedValue: findings.lifetime)
    _ticketBytes = OrNull(wrappedValue: findings.size)
  }
}
