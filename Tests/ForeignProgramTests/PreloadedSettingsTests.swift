import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// What stands in the environment, and which program it is: bytes, whether or not they are text.
struct PreloadedSettingsTests {
  /// Runs a client in a shell that knows its arguments as `$@`, and its folder as `$0`.
  private func run(_ script: String, _ visitor: Visitor) throws -> ProcessResult {
    let client = [try CompiledClients.path(.linked), "\(visitor.home.port)", visitor.home.trustFile]
    let launch = Launch(environment: visitor.preload.environment())
    return try ProcessRunner.run(
      launch.command(["sh", "-c", script, visitor.preload.folder.path] + client, home: visitor.home.path))
  }

  @Test("Programs whose paths differ only in what is no text share nothing", .needs(.compiler))
  func programs() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    func script(_ name: String) -> String {
      "program=$(printf '%s/client\(name)' \"$0\"); cp \"$1\" \"$program\"; shift; exec \"$program\" \"$@\""
    }
    for name in ["\\377", "\\376", "\\\\ff"] {
      #expect(try run(script(name), visitor).standardOutput == "full\n")
    }
    for name in ["\\377", "\\376"] { #expect(try run(script(name), visitor).standardOutput == "resumed\n") }
  }

  @Test("The log's path is the one that was given", .needs(.compiler))
  func log() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let result = try run(
      "log=$(printf '%s/log\\377' \"$0\"); GNUTLS_RESUME_LOG=$log \"$@\" && cut -d: -f7 <\"$log\"", visitor)
    #expect(result.standardOutput.hasPrefix("full\n full (noTicket)"), "\(result)")
  }

  @Test("So are the paths of the store and the key", .needs(.compiler))
  func places() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let script = """
      place=$(printf '%s/place\\377' "$0"); mkdir "$place"
      export GNUTLS_RESUME_STORE="$place/store" GNUTLS_RESUME_KEY_FILE="$place/key"
      "$@" && "$@" && test -d "$place/store/client" && test -f "$place/key" && echo there
      """
    #expect(try run(script, visitor).standardOutput == "full\nresumed\nthere\n")
  }

  @Test("A value of 0 is no", .needs(.compiler))
  func zero() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for (value, isSaid) in [("0", false), ("1", true)] {
      let file = visitor.preload.folder.file("said-\(value)")
      #expect(try run("GNUTLS_RESUME_VERBOSE=\(value) exec \"$@\" 2>\(file)", visitor).status == 0)
      #expect(visitor.preload.folder.read("said-\(value)").isEmpty != isSaid)
    }
  }

  @Test("GNUTLS_RESUME_OFF switches it off", .needs(.compiler))
  func off() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try run("export GNUTLS_RESUME_OFF=1; \"$@\"; \"$@\"", visitor).standardOutput == "full\nfull\n")
    #expect(!FileManager.default.fileExists(atPath: visitor.preload.store) && visitor.preload.events == [])
    #expect(try run("export GNUTLS_RESUME_OFF=0; \"$@\"; \"$@\"", visitor).standardOutput == "full\nresumed\n")
  }

  @Test("The log's lines begin with the time, and follow a log that is renamed", .needs(.compiler))
  func lines() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let start = Date()
    let script = "export GNUTLS_RESUME_LOG=$0/lines; \"$@\"; mv $0/lines $0/lines.1; \"$@\""
    #expect(try run(script, visitor).standardOutput == "full\nresumed\n")
    for (name, event) in [("lines.1", "full (noTicket)"), ("lines", "resumed (ticket of")] {
      let text = visitor.preload.folder.read(name)
      let match = try #require(text.wholeMatch(of: /([^ ]+Z) gnutls-resume: gnutls-client\[[0-9]+\]: .*\n/), "\(text)")
      #expect(text.contains(event))
      let time = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(String(match.1))
      #expect(time > start.addingTimeInterval(-1) && time < Date().addingTimeInterval(1), "\(text)")
    }
  }

  private struct Line: Decodable {
    let program, server, event: String
    let port: Int
    let reason, storeError, storeMessage: String?
    let milliseconds: Double?
    let ticketAgeSeconds: Int?
    let clearedNoTickets: Bool
  }

  @Test("As JSON, the log says the same to programs", .needs(.compiler))
  func json() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let script =
      "export GNUTLS_RESUME_LOG=$0/log GNUTLS_RESUME_LOG_JSON=1; \"$@\"; \"$@\";"
      + "GNUTLS_RESUME_KEY_FILE=/dev/null/key exec \"$@\""
    #expect(try run(script, visitor).standardOutput == "full\nresumed\nfull\n")
    let text = visitor.preload.folder.read("log")
    let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    try #require(lines.count == 3, "\(text)")
    #expect(try JSONPage("run --log-json").differences(text.split(separator: "\n").map(String.init)).isEmpty, "\(text)")
    #expect(lines.allSatisfy { $0.program == "gnutls-client" && $0.server == "localhost" && $0.port == server.port })
    #expect(lines.map(\.event) == ["full", "resumed", "full"])
    #expect(lines.map(\.reason) == ["noTicket", nil, "storeUnavailable"])
    let ages = lines.map(\.ticketAgeSeconds)
    #expect(ages == [nil, ages[1], nil] && 0...60 ~= ages[1] ?? -1)
    #expect(lines.allSatisfy { ($0.milliseconds ?? 0) > 0 && !$0.clearedNoTickets })
    #expect(lines.map(\.storeError) == [nil, nil, "unavailable"])
    #expect(lines[2].storeMessage?.contains("/dev/null") == true, "\(text)")
    // The tool sums it up.
    let report = try ProcessRunner.run([visitor.preload.tool, "report", visitor.preload.folder.file("log")])
    #expect(report.standardOutput.contains("localhost:\(server.port)"), "\(report)")
  }

  @Test("With --verbose it is told if the log can't be written; else nobody hears of it", .needs(.compiler))
  func unwritableLog() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for (value, isSaid) in [("0", false), ("1", true)] {
      let script = "GNUTLS_RESUME_LOG=/dev/full GNUTLS_RESUME_VERBOSE=\(value) exec \"$@\" 2>$0/said"
      #expect(try run(script, visitor).status == 0)
      let said = visitor.preload.folder.read("said")
      #expect(said.isEmpty != isSaid)
      #expect(!isSaid || said.hasSuffix("; the log can't be written: No space left on device\n"), "\(said)")
    }
  }
}
