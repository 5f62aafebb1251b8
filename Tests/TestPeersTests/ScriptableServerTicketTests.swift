import ScriptableTLSServer
import TestPeers
import Testing

/// The scriptable server's tickets, seen by openssl.
@Suite(.needs(.openssl)) struct ScriptableServerTicketTests {
  /// Says `hello`, waits for the echo, and leaves.
  static func connect(_ server: TLSServer, _ arguments: [String] = []) throws -> OpenSSLClient.Outcome {
    try OpenSSLClient.run(port: server.port, arguments, input: "hello\n", until: "hello\n")
  }

  static func server(_ change: (inout ServerScript) -> Void = { _ in }, key: TicketKey? = nil) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script, ticketKey: key)
  }

  /// Connects twice, the second time with the first connection's session.
  static func connectTwice(
    _ server: TLSServer, _ arguments: [String] = [], between: () throws -> Void = {}
  ) throws -> [ObservedConnection] {
    let folder = try TemporaryFolder()
    _ = try connect(server, arguments + ["-sess_out", folder.file("s")])
    try between()
    _ = try connect(server, arguments + ["-sess_in", folder.file("s")])
    return server.waitForConnections(2)
  }

  @Test(arguments: [0, 1, 2, 5, 8]) func asManyTicketsComeAsTheScriptSays(count: Int) throws {
    let server = try Self.server { $0.tickets.count = count }
    // The ticket messages follow the echo's record at the latest, for they were sent before it.
    #expect(try Self.connect(server).ticketCount == count)
    #expect(server.waitForConnections(1).first?.ticketsSent == count)
  }

  @Test func tls13Resumes() throws {
    let seen = try Self.connectTwice(try Self.server())
    #expect(seen.map(\.isResumed) == [false, true])
    #expect(seen.map { $0.clientHello?.pskIdentities.count } == [0, 1])
    #expect(seen.allSatisfy { $0.version == "TLS1.3" && $0.state == .ended && $0.clientSentCloseNotify })
  }

  @Test(arguments: [ServerScript.TLS12Resumption.tickets, .sessionIDs, .none])
  func tls12ResumesAsTheScriptSays(way: ServerScript.TLS12Resumption) throws {
    let server = try Self.server {
      $0.versions = .tls12
      $0.tls12Resumption = way
    }
    let seen = try Self.connectTwice(server, ["-tls1_2"])
    #expect(seen.map(\.isResumed) == [false, way != .none])
    #expect(seen.last?.clientHello?.tls12Ticket?.isEmpty == (way != .tickets))
    // GnuTLS gives a session id even if it keeps nothing, and the client offers it.
    #expect(seen.map { $0.clientHello?.offersResumption } == [false, true])
  }

  @Test func tls12CanResumeByIdBesideTLS13Tickets() throws {
    let server = try Self.server { $0.tls12Resumption = .sessionIDs }
    let seen = try Self.connectTwice(server, ["-tls1_2"])
    #expect(seen.map(\.isResumed) == [false, true])
    #expect(seen.last?.clientHello?.tls12Ticket?.isEmpty == true)
    #expect(try Self.connect(server, ["-tls1_3"]).ticketCount == 2)
  }

  @Test(arguments: [1, 3_600, 604_800]) func theLifetimeIsAnnounced(seconds: Int) throws {
    let server = try Self.server { $0.tickets.lifetime = seconds }
    #expect(Set(try Self.connect(server, ["-tls1_3"]).lifetimeHints) == [seconds])
    #expect(Set(try Self.connect(server, ["-tls1_2"]).lifetimeHints) == [seconds])
  }

  @Test func gnutlsCutsTheLifetimeAtSevenDays() throws {
    let server = try Self.server { $0.tickets.lifetime = 2_592_000 }
    #expect(Set(try Self.connect(server).lifetimeHints) == [604_800])
  }

  @Test(arguments: [0, 1, 2_592_000, UInt32.max]) func anyLifetimeCanBeAnnouncedByTLS13(seconds: UInt32) throws {
    let server = try Self.server { $0.tickets.announcedLifetime = seconds }
    let client = try Self.connect(server, ["-msg"])
    #expect(client.announcedLifetimes == [Int(seconds), Int(seconds)])
    #expect(client.ticketCount == 2)
  }

  @Test func theServerForgetsWhenTheLifetimeIsOver() throws {
    let server = try Self.server {
      $0.tickets.lifetime = 1
      $0.tickets.announcedLifetime = 7_200
    }
    let seen = try Self.connectTwice(server, between: { _ = try ProcessRunner.run(["sleep", "2.1"]) })
    #expect(seen.map(\.isResumed) == [false, false])
    #expect(seen.last?.clientHello?.pskIdentities.count == 1)
  }

  @Test func aRestartWithFreshKeysForgetsTickets() throws {
    let server = try Self.server()
    #expect(try Self.connectTwice(server, between: { server.restart() }).map(\.isResumed) == [false, false])
  }

  @Test func aRestartWithTheSameKeysDoesNot() throws {
    let server = try Self.server()
    let seen = try Self.connectTwice(server, between: { server.restart(withFreshKeys: false) })
    #expect(seen.map(\.isResumed) == [false, true])
  }

  @Test func serversWithTheSameKeyAcceptEachOthersTickets() throws {
    let first = try Self.server(key: TicketKey(repeating: 7))
    let second = try Self.server(key: TicketKey(repeating: 7))
    let folder = try TemporaryFolder()
    _ = try Self.connect(first, ["-sess_out", folder.file("s")])
    #expect(try Self.connect(second, ["-sess_in", folder.file("s")]).resumed)
  }

  @Test func ticketsCanWaitForTheClientsData() throws {
    let server = try Self.server {
      $0.tickets.moment = .afterFirstData
      $0.tickets.precedingData = Array("before".utf8)
      $0.tickets.delay = 100
    }
    let output = try Self.connect(server).output
    let data = try #require(output.firstRange(of: "before"))
    let ticket = try #require(output.firstRange(of: "New Session Ticket arrived"))
    #expect(data.lowerBound < ticket.lowerBound)
    let silent = try OpenSSLClient.run(port: server.port, until: "Verify return code")
    #expect(silent.ticketCount == 0)
  }

  @Test(arguments: [ServerScript.EarlyData.accepted, .acceptedWithReplays, .refused])
  func earlyDataIsTakenAsTheScriptSays(policy: ServerScript.EarlyData) throws {
    let server = try Self.server {
      $0.maxEarlyData = 1_000
      $0.earlyData = policy
    }
    let folder = try TemporaryFolder()
    let early = try folder.write("early", "early bird")
    let first = try Self.connect(server, ["-sess_out", folder.file("s")])
    let second = try Self.connect(server, ["-sess_in", folder.file("s"), "-early_data", early])
    #expect(first.maxEarlyData.allSatisfy { $0 == 1_000 } && second.resumed)
    #expect(second.earlyDataAccepted == (policy != .refused))
    let seen = try #require(server.waitForConnections(2).last)
    #expect(seen.clientHello?.offersEarlyData == true)
    #expect(seen.acceptedEarlyData == (policy != .refused))
    #expect(seen.earlyDataReceived == (policy == .refused ? 0 : 10))
  }

  @Test func withoutEarlyDataTicketsAllowNone() throws {
    #expect(Set(try Self.connect(try Self.server()).maxEarlyData) == [0])
  }
}
