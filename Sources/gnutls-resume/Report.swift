import FoundationEssentials
import GnuTLSResumption

/// What `connect` tells of a connection.
struct Report {
  let host: String
  let port: UInt16
  let serverName: String
  let isResumed: Bool
  let reason: String?
  let storeError: String?
  let protocolName: String
  let cipherSuite: String
  let group: String?
  let alpn: String?
  let handshakeMilliseconds: Double
  let ticketsReceived: Int
  let ticketsStored: Int
  let ticketAgeSeconds: Int64?
  /// How many tickets were not stored, by reason.
  let notStored: [(reason: String, count: Int)]

  /// Call it after the connection has been closed: then all tickets are in.
  init(host: String, port: UInt16, serverName: String, connection: TLSConnection) {
    let outcome = connection.outcome
    self.host = host
    self.port = port
    self.serverName = serverName
    isResumed = outcome.isResumed
    reason = outcome.reason?.rawValue
    storeError = outcome.storeError?.description
    protocolName = connection.protocolName
    cipherSuite = connection.cipherSuite
    group = connection.group
    alpn = connection.applicationProtocol
    handshakeMilliseconds = connection.handshakeMilliseconds
    ticketsReceived = outcome.ticketsReceived
    ticketsStored = outcome.ticketsStored
    ticketAgeSeconds = outcome.ticketAge
    notStored = outcome.notStored.entries.map { ($0.reason.rawValue, $0.count) }
  }

  /// Three lines for people, and one for the store's trouble.
  var text: String {
    let handshake =
      isResumed
      ? "resumed" + (ticketAgeSeconds.map { ", with a ticket \($0) s old" } ?? "")
      : "full handshake (\(reason ?? ""))"
    let negotiated = [protocolName, cipherSuite, group, alpn].compactMap(\.self).joined(separator: ", ")
    let reasons = notStored.map { $0.count == 1 ? $0.reason : "\($0.reason) (\($0.count))" }
    let why = reasons.isEmpty ? "" : " (not stored: \(reasons.joined(separator: "; ")))"
    let text = """
      \(ServerIdentity(name: host, port: port)): \(handshake)
      \(negotiated), \(handshakeMilliseconds.milliseconds)
      tickets: \(ticketsReceived) received, \(ticketsStored) stored\(why)
      """ + (storeError.map { "\nstore: \($0)" } ?? "")
    return text.split(separator: "\n").map { String($0).printable }.joined(separator: "\n")
  }
}

extension Report: Encodable {
  enum CodingKeys: String, CodingKey {
    case host, port, serverName, handshake, reason, storeError
    case protocolName = "protocol"
    case cipherSuite, group, alpn, handshakeMilliseconds, ticketsReceived, ticketsStored, ticketAgeSeconds, notStored
  }

  // By hand: what is absent is null, not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(host, forKey: .host)
    try container.encode(port, forKey: .port)
    try container.encode(serverName, forKey: .serverName)
    try container.encode(isResumed ? "resumed" : "full", forKey: .handshake)
    try container.encode(reason, forKey: .reason)
    try container.encode(storeError, forKey: .storeError)
    try container.encode(protocolName, forKey: .protocolName)
    try container.encode(cipherSuite, forKey: .cipherSuite)
    try container.encode(group, forKey: .group)
    try container.encode(alpn, forKey: .alpn)
    try container.encode(handshakeMilliseconds, forKey: .handshakeMilliseconds)
    try container.encode(ticketsReceived, forKey: .ticketsReceived)
    try container.encode(ticketsStored, forKey: .ticketsStored)
    try container.encode(ticketAgeSeconds, forKey: .ticketAgeSeconds)
    try container.encode(Dictionary(notStored.map { ($0.reason, $0.count) }, uniquingKeysWith: +), forKey: .notStored)
  }
}
