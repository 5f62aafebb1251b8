import GnuTLSResumption
import ScriptableTLSServer
import ServerProbe
import TestPeers
import Testing

/// What tickets a server gives, how, and what it takes.
struct TicketTests {
  /// The tickets that a server was offered, one for each connection that offered any.
  private static func offered(_ server: TLSServer) -> [[UInt8]] {
    server.connections.flatMap { $0.clientHello?.pskIdentities.map(\.identity) ?? [] }
  }

  @Test("each ticket is offered once, in at most ten connections, and no early data are sent", arguments: [0, 1, 2, 5])
  func once(count: Int) throws {
    let server = try Probing.server {
      $0.tickets.count = count
      $0.maxEarlyData = 1_000
    }
    let findings = try Probing.run(server.port)
    #expect(findings.connections == server.connections.count && findings.connections <= 10)
    let offered = Self.offered(server)
    #expect(Set(offered).count == offered.count && offered.count == (count == 0 ? 0 : findings.tls13?.offers.made))
    #expect(server.connections.allSatisfy { $0.clientHello?.offersEarlyData == false && $0.earlyDataReceived == 0 })
    #expect(findings.tls13?.earlyDataLimit == (count == 0 ? 0 : 1_000))
  }

  @Test("with the wish to know it, one ticket is offered twice")
  func twice() throws {
    let server = try Probing.server()
    let findings = try Probing.run(server.port) { $0.triesReuse = true }
    let offered = Self.offered(server)
    #expect(findings.tls13?.reuse == .accepted && Set(offered).count == offered.count - 1)
    #expect(findings.connections <= 10)
  }

  @Test("what is offered is linked to nothing: each ClientHello has a session id of its own")
  func unlinked() throws {
    let server = try Probing.server { $0.versions = .tls13 }
    _ = try Probing.run(server.port)
    let ids = server.connections.compactMap { $0.clientHello?.legacySessionID }
    #expect(ids.count >= 5 && Set(ids).count == ids.count)
  }

  @Test("lifetimes are told as they are, and one of 0 is never offered", arguments: [0, 300, 1_000_000])
  func lifetime(seconds: UInt32) throws {
    let server = try Probing.server {
      $0.tickets.announcedLifetime = seconds
      $0.versions = .tls13
    }
    let findings = try Probing.run(server.port)
    #expect(findings.tls13?.lifetimes == seconds...seconds)
    #expect(findings.resumes == (seconds == 0 ? .no : .yes) && findings.reason == (seconds == 0 ? .nothingUsable : nil))
    #expect(Self.offered(server).isEmpty == (seconds == 0))
  }

  @Test("how long after the handshake they come")
  func delay() throws {
    let server = try Probing.server {
      $0.tickets.delay = 120
      $0.versions = .tls13
    }
    let findings = try Probing.run(server.port)
    #expect(findings.tls13?.delays.map { $0.least > 60 } == true)
    #expect(findings.resumes == .yes && findings.tls13?.areHeldBack == false)
  }

  @Test("those that come after the goodbye have no delay that means anything")
  func afterGoodbye() throws {
    let server = try Probing.server { $0.tickets.delay = 50 }
    var tickets: [ProbedConnection.Ticket] = []
    // A busy machine may be later than is waited for.
    for _ in 0..<5 where tickets.count < 2 {
      var request = ProbeRequest(address: "127.0.0.1", timeoutMilliseconds: 20_000)
      request.patienceMilliseconds = 0
      tickets =
        try TLSConnection.probe("localhost", port: server.port, configuration: Probing.configuration, request)
        .announcedTickets
    }
    #expect(tickets.count == 2 && tickets.allSatisfy { $0.milliseconds == nil && $0.lifetime > 0 })
  }

  @Test("those that come with the first answer come to who asks", arguments: [true, false])
  func afterAnswer(asks: Bool) throws {
    let server = try Probing.server {
      $0.tickets.moment = .afterFirstData
      $0.versions = .tls13
      $0.behaviour = .http(body: Array("hello".utf8))
    }
    let findings = try Probing.run(server.port) {
      if asks { $0.message = Array("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8) }
    }
    #expect(findings.resumes == (asks ? .yes : .no) && findings.reason == (asks ? nil : .nothingGiven))
  }

  @Test("requests for tickets: honoured, answered by what isn't so, or ignored")
  func requests() throws {
    let scripts: [((inout TicketScript) -> Void, TLS13Findings.TicketRequests)] = [
      ({ $0.honoursRequests = true }, .honoured), ({ _ in }, .ignored),
      (
        {
          $0.honoursRequests = true
          $0.announcedCount = 1
        }, .untrue
      ),
    ]
    for (change, expected) in scripts {
      let server = try Probing.server { change(&$0.tickets) }
      let findings = try Probing.run(server.port)
      #expect(findings.tls13?.requests == expected)
      let asked = server.connections.compactMap { $0.clientHello?.ticketRequest?.afterFullHandshake }
      #expect(asked == [3])
    }
  }

  @Test("what an answer to a request means")
  func answers() {
    typealias Requests = TLS13Findings.TicketRequests
    #expect(Requests(wanted: 3, announced: 3, came: 3) == .honoured)
    #expect(Requests(wanted: 3, announced: nil, came: 3) == .honoured)
    #expect(Requests(wanted: 3, announced: 2, came: 2) == .limited)
    #expect(Requests(wanted: 3, announced: 3, came: 2) == .untrue)
    #expect(Requests(wanted: 3, announced: nil, came: 2) == .ignored)
  }

  @Test("a server whose handshakes fail with an offer")
  func broken() throws {
    let server = try Probing.server {
      $0.versions = .tls13
      $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true)
    }
    let findings = try Probing.run(server.port)
    #expect(findings.resumes == .no && findings.reason == .broken)
    #expect(findings.failures.map(\.step) == [.resumption] && findings.failures.map(\.error) == [.handshake])
  }

  @Test("of more tickets than anybody needs some are counted, and fewer noted", .needs(.openssl))
  func many() throws {
    var options = OpenSSLServer.Options()
    options.versions = .tls13
    options.ticketCount = 2_000
    let server = try OpenSSLServer(options)
    defer { server.stop() }
    let findings = try Probing.run(server.port)
    #expect(findings.resumes == .yes && findings.tls13?.ticketsPerFull == 256)
    #expect(findings.tls13.map { $0.tickets.count <= 32 * findings.connections } == true)
  }

  @Test("a ticket is handed out once, but to who says that this is what is tried")
  func handedOutOnce() throws {
    let server = try Probing.server()
    let connect = { (change: (inout ProbeRequest) -> Void) throws(ConnectionError) -> ProbedConnection in
      var request = ProbeRequest(address: "127.0.0.1", timeoutMilliseconds: 20_000)
      change(&request)
      return try TLSConnection.probe(
        "localhost", port: server.port, configuration: Probing.configuration, request)
    }
    let ticket = try #require(connect { _ in }.tickets.first)
    #expect(try connect { $0.offer = ticket }.isResumed)
    let refused = #expect(throws: ConnectionError.self) { try connect { $0.offer = ticket } }
    #expect(refused?.code == .configuration && Self.offered(server).count == 1)
    let again = try connect {
      $0.offer = ticket
      $0.isSecondUse = true
    }
    #expect(again.isResumed && Self.offered(server).count == 2)
  }
}
