import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// How many tickets come, and what becomes of them between processes.
struct TicketTests {
  private func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("Four tickets of s_server let four processes resume at once", .needs(.openssl))
  func fourTickets() throws {
    let tool = try Tool()
    var options = OpenSSLServer.Options()
    options.ticketCount = 4
    let server = try OpenSSLServer(options)
    let first = try tool.connect(server.port)
    #expect(first.ticketsReceived == 4 && first.ticketsStored == 4 && tool.records().count == 4)
    let reports = try tool.connectAtOnce(server.port, Array(repeating: [], count: 4))
    #expect(reports.allSatisfy({ $0.isResumed }))
    #expect(server.waitForHandshakes(5).map(\.resumed) == [false, true, true, true, true])
  }

  @Test("Processes that resume at once each offer another ticket")
  func distinctTickets() throws {
    let tool = try Tool()
    let server = try server { $0.tickets.count = 4 }
    try tool.connect(server.port)
    let reports = try tool.connectAtOnce(server.port, Array(repeating: [], count: 4))
    #expect(reports.allSatisfy({ $0.isResumed }))
    let offers = server.waitForConnections(5).dropFirst()
    #expect(offers.allSatisfy({ $0.isResumed }))
    #expect(Set(offers.compactMap { $0.clientHello?.pskIdentities.first?.identity }).count == 4)
  }

  @Test("A server without tickets costs a short wait twice, and nothing is stored", .needs(.openssl))
  func noTickets() throws {
    let tool = try Tool()
    var options = OpenSSLServer.Options()
    options.ticketCount = 0
    let server = try OpenSSLServer(options)
    var waited: [Bool] = []
    for _ in 0..<3 {
      let result = try tool.run(tool.connectArguments(server.port, ["--verbose"]))
      waited.append(result.standardError.contains("closing: waiting for tickets"))
      let report = try Report(result)
      #expect(report.reason == "noTicket" && report.ticketsReceived == 0 && report.ticketsStored == 0)
    }
    #expect(waited == [true, true, false])
    #expect(tool.records().isEmpty)
    #expect(server.waitForHandshakes(3).map(\.resumed) == [false, false, false])
  }

  @Test("Not waiting any more shows in the time, for a server that leaves the connection open")
  func thirdContactIsQuick() throws {
    let tool = try Tool()
    let server = try server {
      $0.tickets.count = 0
      $0.ending.closeNotify = .withheld
    }
    func closing() throws -> Double { try tool.connect(server.port).closeMilliseconds }
    let waiting = try [closing(), closing()].min() ?? 0
    let quick = try (0..<5).map { _ in try closing() }.min() ?? 0
    #expect(waiting >= 60)
    #expect(quick < 60)
  }

  @Test("Tickets that come late are still collected when the client leaves at once")
  func lateTickets() throws {
    // On a busy machine 20 ms may be more than a client waits.
    for attempt in 1...5 {
      let tool = try Tool()
      let server = try server { $0.tickets.delay = 20 }
      let reports = try tool.connect(server.port, times: 2)
      guard reports.map(\.ticketsStored) == [2, 2] || attempt == 5 else { continue }
      #expect(reports.map(\.ticketsStored) == [2, 2] && reports[1].isResumed)
      #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
      return
    }
  }

  @Test("A server restarted with new keys declines, and the siblings of the ticket go")
  func restartedServer() throws {
    let tool = try Tool()
    let server = try server { $0.tickets.count = 4 }
    try tool.connect(server.port)
    #expect(tool.records().count == 4)
    server.restart(withFreshKeys: true)
    server.update { $0.tickets.count = 0 }
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "declined" && report.ticketsStored == 0)
    let seen = server.waitForConnections(2)
    #expect(!seen[1].isResumed && seen[1].clientHello?.pskIdentities.count == 1)
    #expect(try tool.ask("list", "--json") == "[]\n")
    #expect(try tool.ask("stats").contains("tickets:  0"))
  }

  @Test("s_server started anew on the same port declines; then its own tickets resume", .needs(.openssl))
  func restartedOpenSSL() throws {
    let tool = try Tool()
    let old = try OpenSSLServer()
    try tool.connect(old.port)
    old.stop()
    let new = try RunningProcess([
      "openssl", "s_server", "-accept", "127.0.0.1:\(old.port)", "-cert", Fixture.ecdsa.leaf, "-cert_chain",
      Fixture.ecdsa.intermediate, "-key", Fixture.ecdsa.key, "-rev",
    ])
    defer { new.terminate() }
    #expect(FreePort.waitForListener(old.port))
    let reports = try tool.connect(old.port, times: 2)
    #expect(reports.map(\.reason) == ["declined", nil])
  }

  @Test("Eight processes that start with neither store nor key agree on one key")
  func firstRunRace() throws {
    let tool = try Tool()
    let server = try server()
    // Each is an identity of its own, so that no ticket evicts another's.
    let each = (0..<8).map { ["--alpn", "protocol-\($0)"] }
    let first = try tool.connectAtOnce(server.port, each)
    // On a busy machine a second ticket may come too late.
    #expect(
      first.allSatisfy { $0.handshake == "full" && 1...2 ~= $0.ticketsStored && $0.storeError == nil },
      "\(first.map { ($0.ticketsReceived, $0.ticketsStored, $0.storeMessage) })")
    let keys = try tool.run(["key", "show", "--key-file", tool.keyFile]).standardOutput
    #expect(keys.split(separator: "\n").count == 2)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: tool.folder.path).sorted() == ["home", "key", "store", "tmp"])
    let stored = first.reduce(0) { $0 + $1.ticketsStored }
    #expect(tool.records().count == stored)
    // New tickets would evict some of those that wait for their process.
    server.update { $0.tickets.count = 0 }
    let second = try tool.connectAtOnce(server.port, each + each)
    #expect(second.filter(\.isResumed).count == stored)
    #expect(server.waitForConnections(24).filter(\.isResumed).count == stored)
  }
}
