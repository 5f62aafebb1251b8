import FoundationEssentials
import GnuTLSResumption
import SessionTickets

/// What `connect` tells of a connection.
struct Report {
  let server: ServerIdentity
  /// What was connected to.
  let host: String
  let isResumed: Bool
  let reason: String?
  let storeError: StoreError?
  let protocolName: String
  let cipherSuite: String
  let group: String?
  let alpn: String?
  let lookupMilliseconds: Double
  let connectMilliseconds: Double
  /// From then on until TLS could begin: by way of a proxy, or of --starttls.
  let preludeMilliseconds: Double
  let handshakeMilliseconds: Double
  /// How long closing took, with the wait for tickets that were on their way.
  var closeMilliseconds = 0.0
  /// What the caller had demanded besides, in a word of ``ExitStatus``, if it isn't so.
  var error: String?
  let ticketsReceived: Int
  let ticketsStored: Int
  let ticketAgeSeconds: Int64?
  /// How many tickets were not stored, by reason.
  let notStored: NotStored
  /// Nil where none were given.
  let earlyData: EarlyDataOutcome?
  /// Nil where it wasn't asked for.
  let fastOpen: FastOpenOutcome?

  /// Call it after the connection has been closed: then all tickets are in.
  init(server: ServerIdentity, host: String, connection: TLSConnection) {
    let outcome = connection.outcome
    self.server = server
    self.host = host
    isResumed = outcome.isResumed
    reason = outcome.reason?.rawValue
    storeError = outcome.storeError
    protocolName = connection.protocolName
    cipherSuite = connection.cipherSuite
    group = connection.group
    alpn = connection.applicationProtocol
    lookupMilliseconds = connection.lookupMilliseconds
    connectMilliseconds = connection.connectMilliseconds
    preludeMilliseconds = connection.preludeMilliseconds
    handshakeMilliseconds = connection.handshakeMilliseconds
    ticketsReceived = outcome.ticketsReceived
    ticketsStored = outcome.ticketsStored
    ticketAgeSeconds = outcome.ticketAge
    earlyData = outcome.earlyData
    fastOpen = outcome.fastOpen
    notStored = outcome.notStored
  }

  /// Four lines for people, one each for early data and fast open, and one for the store's trouble.
  /// - Parameter descriptor: Where they go.
  func text(on descriptor: Int32) -> String {
    let handshake =
      isResumed
      ? "resumed" + (ticketAgeSeconds.map { ", with a ticket \($0) s old" } ?? "")
      : "full handshake (\(reason ?? ""))"
    let negotiated = [protocolName, cipherSuite, group, alpn].compactMap(\.self).joined(separator: ", ")
    let reasons = notStored.entries.map { $0.count == 1 ? "\($0.reason)" : "\($0.reason) (\($0.count))" }
    let why = reasons.isEmpty ? "" : " (not stored: \(reasons.joined(separator: "; ")))"
    let prelude = preludeMilliseconds > 0 ? ", prelude \(preludeMilliseconds.milliseconds)" : ""
    let text = """
      \(negotiated), \(handshakeMilliseconds.milliseconds)
      tickets: \(ticketsReceived) received, \(ticketsStored) stored\(why)
      lookup \(lookupMilliseconds.milliseconds), connect \(connectMilliseconds.milliseconds)\(prelude), close \(closeMilliseconds.milliseconds)
      """ + (earlyData.map { "\nearly data: \($0.text)" } ?? "") + (fastOpen.map { "\nfast open: \($0.text)" } ?? "")
      + (storeError.map { "\nstore: \($0)" } ?? "")
    let first =
      "\(ServerIdentity(name: host, port: server.port)): ".printable
      + (isResumed ? Colour.green : .yellow).paint(handshake.printable, on: descriptor)
    return ([first] + text.split(separator: "\n").map { String($0).printable }).joined(separator: "\n")
  }
}

extension Report: Encodable {
  enum CodingKeys: String, CodingKey {
    case server, port, host, handshake, reason, storeError, storeMessage
    case protocolName = "protocol"
    case cipherSuite, group, alpn, lookupMilliseconds, connectMilliseconds, preludeMilliseconds, handshakeMilliseconds
    case closeMilliseconds
    case ticketsReceived, ticketsStored, ticketAgeSeconds, notStored
    case earlyData, earlyDataReason, fastOpen, fastOpenReason, synBytes, firstFlightBytes, error
  }

  // By hand: what is absent is null, not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(server.name, forKey: .server)
    try container.encode(server.port, forKey: .port)
    try container.encode(host, forKey: .host)
    try container.encode(isResumed ? "resumed" : "full", forKey: .handshake)
    try container.encode(reason, forKey: .reason)
    try container.encode(storeError?.code.rawValue, forKey: .storeError)
    try container.encode(storeError?.description, forKey: .storeMessage)
    try container.encode(protocolName, forKey: .protocolName)
    try container.encode(cipherSuite, forKey: .cipherSuite)
    try container.encode(group, forKey: .group)
    try container.encode(alpn, forKey: .alpn)
    try container.encode(lookupMilliseconds, forKey: .lookupMilliseconds)
    try container.encode(connectMilliseconds, forKey: .connectMilliseconds)
    try container.encode(preludeMilliseconds, forKey: .preludeMilliseconds)
    try container.encode(handshakeMilliseconds, forKey: .handshakeMilliseconds)
    try container.encode(closeMilliseconds, forKey: .closeMilliseconds)
    try container.encode(error, forKey: .error)
    try container.encode(ticketsReceived, forKey: .ticketsReceived)
    try container.encode(ticketsStored, forKey: .ticketsStored)
    try container.encode(ticketAgeSeconds, forKey: .ticketAgeSeconds)
    let counts = notStored.entries.map { ($0.reason.rawValue, $0.count) }
    try container.encode(Dictionary(counts, uniquingKeysWith: +), forKey: .notStored)
    try container.encode(earlyData?.words.outcome, forKey: .earlyData)
    try container.encode(earlyData?.words.reason, forKey: .earlyDataReason)
    try container.encode(fastOpen?.words.outcome, forKey: .fastOpen)
    try container.encode(fastOpen?.words.reason, forKey: .fastOpenReason)
    try container.encode(fastOpen?.count?.bytes, forKey: .synBytes)
    try container.encode(fastOpen?.count?.total, forKey: .firstFlightBytes)
  }
}
