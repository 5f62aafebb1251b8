import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Early data of a C program's session", .needs(.gcc))
struct EarlyDataTests {
  private static let request = "GET / HTTP/1.0"
  private static let program = Result { try CProgram(CProgram.programs + "/early.c") }
  private let folder: TemporaryFolder
  private let marks: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    marks = try TemporaryFolder(in: "/dev/shm/")
  }

  private func server() throws -> TLSServer {
    var script = ServerScript()
    script.maxEarlyData = 1_000
    // Whoever answers must not be what keeps them from coming twice.
    script.earlyData = .acceptedWithReplays
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  private func words(
    _ port: UInt16, marks place: String? = nil, request: String = request
  ) throws -> [String] {
    [
      try Self.program.get().path, "\(port)", folder.file("store"), folder.file("key"), place ?? marks.file("marks"),
      Fixture.ecdsa.root, request,
    ]
  }

  private func run(
    _ port: UInt16, marks place: String? = nil, request: String = request
  ) throws -> DriverReport {
    let result = try ProcessRunner.run(words(port, marks: place, request: request))
    try #require(result.status == 0, "\(result.output)")
    return DriverReport(result.standardOutput)
  }

  /// Of bytes that went early, to a server of this process, whose clock other tests set: see the tool's tests.
  private func wentEarly(_ words: String) -> Bool { ["1 accepted", "2 rejected"].contains(words) }

  @Test("goes with the first flight from the second process on, and once")
  func accepted() throws {
    let server = try server()
    for number in 1...3 {
      let report = try run(server.port)
      let early = report["early data"]
      #expect(number == 1 ? early == "4 noTicket" : wentEarly(early))
      #expect(report["attach"] == "0" && report.done == "0" && early.hasSuffix(report["late"]))
      #expect(report["answer"] == "GET / HTTP/1.0" && report["resumed"] == (number == 1 ? "0" : "1"))
      let seen = try #require(server.waitForConnections(number).last)
      #expect(seen.clientHello?.offersEarlyData == (number > 1) && seen.received == Array(Self.request.utf8))
    }
  }

  @Test("OpenSSL's s_server takes them, once", .needs(.openssl))
  func openssl() throws {
    var options = OpenSSLServer.Options()
    options.maxEarlyData = 1_000
    options.style = .plain
    let server = try OpenSSLServer(options)
    let reports = try (1...3).map { _ in try run(server.port) }
    #expect(reports.map { $0["early data"] } == ["4 noTicket", "1 accepted", "1 accepted"])
    #expect(server.waitForHandshakes(3).map(\.resumed) == [false, true, true])
  }

  @Test("rejected, they are sent after the handshake; where the handshake breaks, on another connection")
  func notTaken() throws {
    let server = try server()
    _ = try run(server.port)
    server.update { $0.earlyData = .refused }
    #expect(try run(server.port)["early data"] == "2 rejected")
    #expect(server.waitForConnections(2).last?.received == Array(Self.request.utf8))
    server.update { $0.groups = ["SECP384R1"] }
    let report = try run(server.port)
    #expect(report.all("early data") == ["3 inDoubt", "4 resting"] && report.all("done") == ["-50", "0"])
    #expect(server.waitForConnections(4).last?.received == Array(Self.request.utf8))
  }

  @Test("without a place for marks, or too many, they are sent after the handshake")
  func notOffered() throws {
    let server = try server()
    _ = try run(server.port)
    let disk = try TemporaryFolder(in: TemporaryFolder.disk)
    let report = try run(server.port, marks: disk.file("marks"))
    #expect(report["early data"] == "4 noMarks" && report["resumed"] == "1")
    #expect(server.waitForConnections(2).allSatisfy { $0.clientHello?.offersEarlyData == false })
    #expect(try run(server.port, request: String(repeating: "x", count: 1_001))["early data"] == "4 tooLarge")
  }

  @Test("killed at any time, and the store's folder copied back: no ticket carries them twice", .needs(.strace))
  func killed() throws {
    let server = try server()
    server.update { $0.tickets.count = 4 }
    var kills = EarlyDataKills(store: folder.file("store"), copy: folder.file("copy"))
    // GnuTLS sends by itself.
    try kills.run(sending: "sendmsg") { try ProcessRunner.run($0 + words(server.port)).status == 0 }
    let uses = EarlyDataKills.uses(at: server)
    print("killed \(kills.killed) times in \(kills.rounds) rounds: \(uses.count) tickets with early data")
    #expect(kills.killed == EarlyDataKills.count)
    #expect(uses.count >= EarlyDataKills.count / 3 && uses.values.allSatisfy { $0 == 1 }, "\(uses.values.sorted())")
  }
}
