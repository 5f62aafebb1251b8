import Foundation
import TestPeers
import Testing

/// What `connect --json` says.
struct Report: Decodable, Equatable {
  let server: String
  let port: Int
  let host: String
  let handshake: String
  let reason: String?
  let storeError: String?
  let storeMessage: String?
  let `protocol`: String
  let cipherSuite: String
  let group: String?
  let alpn: String?
  let lookupMilliseconds: Double
  let connectMilliseconds: Double
  let preludeMilliseconds: Double
  let handshakeMilliseconds: Double
  let closeMilliseconds: Double
  let error: String?
  let ticketsReceived: Int
  let ticketsStored: Int
  let ticketAgeSeconds: Int?
  let earlyData: String?
  let earlyDataReason: String?
  let fastOpen: String?
  let fastOpenReason: String?
  let synBytes: Int?
  let firstFlightBytes: Int?

  var isResumed: Bool { handshake == "resumed" && reason == nil }

  /// Reads a report that stands alone on standard output.
  init(_ result: ProcessResult) throws {
    try #require(result.status == 0, "\(result.output)")
    try self.init(result.standardOutput)
  }

  init(_ text: String) throws {
    try #require(text.hasSuffix("\n") && text.dropLast().allSatisfy { !$0.isNewline }, "not one line: \(text)")
    self = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
  }
}

/// What `connect --json` says of a connection that failed.
struct Failure: Decodable {
  let server: String
  let port: Int
  let host: String
  let error: String
  let message: String?

  init(_ text: String) throws {
    try #require(text.hasSuffix("\n") && text.dropLast().allSatisfy { !$0.isNewline }, "not one line: \(text)")
    self = try JSONDecoder().decode(Failure.self, from: Data(text.utf8))
  }
}

extension ProcessResult {
  /// Whether it failed as the tool is to fail: one line on standard error, and on standard output nothing, or with --json
  /// one line that says the same.
  /// - Parameter status: Nil for any but that of a wrong command line.
  func isFailure(saying text: String, status: Int32? = nil) -> Bool {
    // With --stdin the JSON stands there too.
    let lines = standardError.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("{") }
    return (status.map { self.status == $0 } ?? (1...6).contains(self.status ?? 0))
      && (standardOutput.isEmpty || (try? Failure(standardOutput))?.message?.contains(text) == true)
      && lines.count == 2 && lines[1].isEmpty && lines[0].hasPrefix("error: ") && lines[0].contains(text)
  }

  var errorLines: [Substring] { standardError.split(separator: "\n") }
}
