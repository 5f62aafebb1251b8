import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// The report: what it holds, and where it goes.
struct ReportTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("Each key is there, also where it is null, and has its type")
  func keysOfAFullHandshake() throws {
    let report = try object(tool.run(tool.connectArguments(server.port)).standardOutput)
    #expect(report["host"] as? String == "127.0.0.1" && report["server"] as? String == "localhost")
    #expect(report["port"] as? Int == Int(server.port))
    #expect(report["handshake"] as? String == "full" && report["reason"] as? String == "noTicket")
    #expect(report["protocol"] as? String == "TLS1.3")
    #expect((report["cipherSuite"] as? String)?.hasPrefix("TLS_") == true)
    #expect(report["group"] as? String == server.waitForConnections(1).first?.group)
    #expect((report["handshakeMilliseconds"] as? Double).map { $0 > 0 && $0 < 20_000 } == true)
    #expect(report["ticketsReceived"] as? Int == 2 && report["ticketsStored"] as? Int == 2)
    for key in [
      "storeError", "storeMessage", "alpn", "ticketAgeSeconds", "earlyData", "earlyDataReason", "fastOpen",
      "fastOpenReason", "synBytes", "firstFlightBytes",
    ] {
      #expect(report[key] is NSNull, "\(key)")
    }
  }

  @Test("Of a resumed handshake the reason is null, and the ticket's age is a number")
  func keysOfAResumption() throws {
    try tool.connect(server.port)
    let report = try object(tool.run(tool.connectArguments(server.port)).standardOutput)
    #expect(report["handshake"] as? String == "resumed" && report["reason"] is NSNull)
    #expect((report["ticketAgeSeconds"] as? Int).map { (0...60).contains($0) } == true)
    #expect(report["storeError"] is NSNull)
  }

  @Test("The report stands alone on standard output, in one line; nothing is on standard error")
  func alone() throws {
    let result = try tool.run(tool.connectArguments(server.port))
    #expect(result.standardOutput.hasPrefix("{") && result.standardOutput.hasSuffix("}\n"))
    #expect(result.standardOutput.split(separator: "\n").count == 1 && result.standardError.isEmpty)
  }

  @Test("With --verbose the log is on standard error, and the report stays alone")
  func verbose() throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--verbose"]))
    #expect(try Report(result).reason == "noTicket")
    #expect(!result.errorLines.isEmpty && result.errorLines.allSatisfy { $0.hasPrefix("gnutls-resume: ") })
  }

  @Test("With --stdin the report goes to standard error, and only what the server sent to standard output")
  func withInput() throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "there and back\n")
    #expect(result.status == 0 && result.standardOutput == "there and back\n")
    #expect(try Report(result.standardError).reason == "noTicket")
  }

  @Test("Without --json it is text that tells people the same")
  func text() throws {
    let arguments = tool.connectArguments(server.port).filter { $0 != "--json" }
    let full = try tool.run(arguments)
    #expect(full.standardOutput.hasPrefix("127.0.0.1:\(server.port): full handshake (noTicket)\n"))
    #expect(full.standardOutput.contains("tickets: 2 received, 2 stored\n"))
    let resumed = try tool.run(arguments)
    #expect(resumed.standardOutput.hasPrefix("127.0.0.1:\(server.port): resumed, with a ticket "))
  }

  @Test(
    "A report that can't be written is an error",
    arguments: [
      (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
    ])
  func unwritable(redirection: String, cause: String) throws {
    let result = try tool.shell("$CONNECT \(redirection)", port: server.port)
    #expect(result.isFailure(saying: "can't write to standard output: \(cause)"))
  }

  @Test("A closed standard stream is never mistaken for the connection or a file of the store")
  func closedStreams() throws {
    let result = try tool.shell("$CONNECT --verbose <&- >&- 2>&-", port: server.port)
    #expect(result.status == 1)
    let seen = try #require(server.waitForConnections(1).first)
    #expect(seen.version == "TLS1.3" && seen.receiveError == 0 && seen.bytesReceived == 0)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("Under --verbose the master key never shows")
  func noSecret() throws {
    var output = ""
    for _ in 0..<3 { output += try tool.run(tool.connectArguments(server.port, ["--verbose"])).output }
    server.restart(withFreshKeys: true)
    output += try tool.run(tool.connectArguments(server.port, ["--verbose"])).output
    let file = try String(contentsOfFile: tool.keyFile, encoding: .utf8)
    let digits = try #require(file.split(separator: "\n")[1].split(separator: " ").last)
    let key = Data(stride(from: 0, to: 64, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) })
    #expect(key.count == 32 && output.contains("resumed") && output.contains("declined"))
    let hexadecimal = key.map { String(format: "%02x", $0) }.joined()
    for part in [hexadecimal.prefix(16), hexadecimal.suffix(16)] { #expect(!output.lowercased().contains(part)) }
    #expect(!output.contains(key.base64EncodedString().prefix(20)))
    #expect(!Data(output.utf8).contains(key.prefix(8)))
  }
}

extension Data {
  fileprivate func contains(_ part: Data) -> Bool { range(of: part) != nil }
}
