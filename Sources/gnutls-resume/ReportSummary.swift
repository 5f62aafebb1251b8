import FoundationEssentials

/// What the demonstration reads of a report.
struct ReportSummary: Decodable {
  let handshake: String
  let reason: String?
  let handshakeMilliseconds: Double
  let ticketsStored: Int
  let ticketAgeSeconds: Int64?

  init(json: String) throws {
    self = try JSONDecoder().decode(ReportSummary.self, from: Data(json.utf8))
  }
}
