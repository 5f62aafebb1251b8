import Foundation
import TestPeers
import Testing

/// What `connect --json` says.
struct Report: Decodable, Equatable {
  let host: String
  let port: Int
  let serverName: String
  let handshake: String
  let reason: String?
  let storeError: String?
  let `protocol`: String
  let cipherSuite: String
  let group: String?
  let alpn: String?
  let handshakeMilliseconds: Double
  let ticketsReceived: Int
  let ticketsStored: Int
  let ticketAgeSeconds: Int?

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

extension ProcessResult {
  /// Whether it failed as the tool is to fail: status 1, nothing on standard output, one line on standard error.
  func isFailure(saying text: String, status: Int32 = 1) -> Bool {
    self.status == status && standardOutput.isEmpty && standardError.hasPrefix("error: ")
      && standardError.hasSuffix("\n")
      && standardError.dropLast().allSatisfy { !$0.isNewline } && standardError.contains(text)
  }

  var errorLines: [Substring] { standardError.split(separator: "\n") }
}
