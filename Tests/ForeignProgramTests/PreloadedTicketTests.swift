import ScriptableTLSServer
import TestPeers
import Testing

/// Which tickets are a foreign program's own affair.
struct PreloadedTicketTests {
  @Test("A ticket that a program takes itself is kept too, and none is ever offered twice", .needs(.compiler))
  func ownTicket() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.client("takes nothing")).standardOutput == "full\n")
    #expect(try visitor.preload.count().tickets == 2)
    // The first connection uses one of the two and brings two, of which the program takes one, and uses it: that brings two.
    #expect(try visitor.run(.own).standardOutput == "resumed\nresumed\n")
    #expect(try visitor.preload.count().tickets == 4)
    for _ in 0..<3 { #expect(try visitor.run(.client("takes nothing")).standardOutput == "resumed\n") }
    let seen = server.waitForConnections(6)
    let offered = seen.compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count == 5 && Set(offered).count == 5)
  }

  @Test("So are those that it takes in its handshake hook", .needs(.compiler))
  func takenInHook() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let taking = ForeignProgram.client("takes in its hook", "own-resumption", "take-in-hook")
    #expect(try visitor.runPlainly(taking).standardOutput == "full\nresumed\n")
    #expect(try visitor.run(taking).standardOutput == "full\nresumed\n")
    // It has taken both, and used the second, which brought two.
    #expect(try visitor.preload.count().tickets == 3)
    for _ in 0..<2 { #expect(try visitor.run(.client("takes nothing")).standardOutput == "resumed\n") }
    let offered = server.waitForConnections(6).compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count == 4 && Set(offered).count == 4)
  }

  @Test(
    "Whoever comes first uses a ticket that the program has kept in a file: the engine, or the program again and again",
    .needs(.compiler), arguments: [false, true])
  func file(engineIsFirst: Bool) throws {
    let server = try TLSServer.forClients { $0.tickets.count = 1 }
    let visitor = try Visitor(port: server.port)
    let folder = try TemporaryFolder()
    let file = folder.file("session")
    #expect(try visitor.run(.client("saves", "save=\(file)")).standardOutput == "full\n")
    #expect(try visitor.preload.count().tickets == 1)
    if engineIsFirst { #expect(try visitor.run(.client("takes nothing")).standardOutput == "resumed\n") }
    let loading = ForeignProgram.client("loads", "load=\(file)")
    // What the program is denied, the engine makes up for, if it has another.
    #expect(try visitor.run(loading).standardOutput == "resumed\n")
    // Its own second use is its own affair.
    if !engineIsFirst { #expect(try visitor.run(loading).standardOutput == "resumed\n") }
    let offered = server.waitForConnections(3).compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count == 2 && Set(offered).count == (engineIsFirst ? 2 : 1))
    if engineIsFirst { return }
    // The engine never offers that one.
    #expect(try visitor.run(.client("takes nothing")).standardOutput == "full\n")
  }

  @Test("A program that sets a hook late resumes by itself as without the engine", .needs(.compiler))
  func ownWithLateHook() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("hooks late", options: ["own-resumption", "own-transport", "late-hook"])
    #expect(try visitor.runPlainly(program).standardOutput == "full\nresumed\n")
    #expect(try visitor.run(program).standardOutput == "full\nresumed\n")
  }

  @Test("Nothing is kept of a session whose client's certificate was loaded within the handshake", .needs(.compiler))
  func lateKey() throws {
    let server = try TLSServer.forClients { $0.clientCertificate = .required }
    let visitor = try Visitor(port: server.port)
    let showing = ForeignProgram.client(
      "shows", options: ["own-transport", "late-key=\(Fixture.ecdsa.clientCertificate)"])
    #expect(try visitor.run(showing).standardOutput == "full\n")
    #expect(try visitor.preload.count().tickets == 0)
    #expect(try visitor.run(.client("shows none", "own-transport")).status != 0)
  }

  @Test(
    "A ticket that came before the program forked is used by the child, or by an engine: by one of both",
    .needs(.compiler))
  func takenInChild() throws {
    let server = try TLSServer.forClients { $0.tickets.count = 1 }
    let visitor = try Visitor(port: server.port)
    let taking = ForeignProgram.client("takes in a child", "poll", "fork=ticket")
    // The child's line comes first.
    #expect(try visitor.runPlainly(taking).standardOutput == "resumed\nfull\n")
    #expect(try visitor.run(taking).standardOutput == "resumed\nfull\n")
    for _ in 0..<2 { #expect(try visitor.run(.client("takes nothing")).status == 0) }
    let offered = server.waitForConnections(6).compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count >= 3 && Set(offered).count == offered.count)
  }

  @Test("After a failed check the program does as it would, and the engine keeps nothing", .needs(.compiler))
  func takenAfterFailedCheck() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let probing = ForeignProgram.client("checks another name, and resumes by itself", "own-resumption", "probe")
    #expect(try visitor.runPlainly(probing).standardOutput == "full\nresumed\n")
    #expect(try visitor.run(probing).standardOutput == "full\nresumed\n")
    #expect(try visitor.preload.count().tickets == 0)
  }

  @Test("The session of a false start is kept once the handshake has ended within another call", .needs(.compiler))
  func falseStart() throws {
    let server = try TLSServer.forClients { $0.versions = .tls12 }
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("a client", "false-start", "priority=\(tls12Priorities)")
    for expected in ["full\n", "resumed\n", "resumed\n"] {
      #expect(try visitor.run(program).standardOutput == expected)
    }
  }

  @Test("Of a session that authenticates after the handshake nothing is kept", .needs(.compiler))
  func authenticatesLater() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for _ in 0..<2 { #expect(try visitor.run(.client("authenticates", "reauth")).standardOutput == "full\n") }
    #expect(try visitor.preload.count() == Preload.Count())
    // The handshake itself may resume: its tickets are of before.
    for expected in ["full\n", "resumed\n"] {
      #expect(try visitor.run(.client("does not")).standardOutput == expected)
    }
    #expect(try visitor.run(.client("authenticates", "reauth")).standardOutput == "resumed\n")
  }

  @Test("Nor where GnuTLS authenticates by itself, when the server asks; who is never asked resumes", .needs(.compiler))
  func isAskedLater() throws {
    for isAsked in [false, true] {
      let server = try TLSServer.forClients {
        $0.authenticatesLater = isAsked
        $0.tickets.moment = .afterFirstData
      }
      let visitor = try Visitor(port: server.port)
      let program = ForeignProgram.client("lets itself be asked", "auto-reauth")
      for expected in ["full\n", isAsked ? "full\n" : "resumed\n"] {
        #expect(try visitor.run(program).standardOutput == expected)
      }
      #expect(server.waitForConnections(2).map(\.authenticatedLater) == [isAsked, isAsked])
      #expect(try visitor.preload.count().tickets == (isAsked ? 0 : 3))
    }
  }

  @Test(
    "Who resumed and goes away without having read anything starts anew: it may have missed a pin", .needs(.compiler),
    arguments: TLSVersion.allCases)
  func goesAway(version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let priority = "priority=\(version.priorities)"
    for verify in ["cert", "peers2"] {
      let leaving = ForeignProgram.client("leaves", priority, "verify=\(verify)", "silent")
      for expected in ["full\n", "resumed\n"] {
        #expect(try visitor.run(.client("stays", priority, "verify=\(verify)")).standardOutput == expected)
      }
      #expect(try visitor.run(leaving).standardOutput == "resumed\n")
      #expect(try visitor.run(leaving).standardOutput == "full\n")
    }
  }

  @Test(
    "Who hands in early data, with no flag that announces it, gets no ticket to send them by", .needs(.compiler))
  func unannouncedEarlyData() throws {
    let server = try TLSServer.forClients { $0.maxEarlyData = 4_096 }
    let visitor = try Visitor(port: server.port)
    let outputs = try [[], ["early=once only"], []].map { options in
      try visitor.run(.client("sends early", options: options)).standardOutput
    }
    #expect(outputs == ["full\n", "full\n", "resumed\n"])
    let connections = server.waitForConnections(3)
    #expect(connections.map(\.isResumed) == [false, false, true])
    #expect(connections.map(\.earlyDataReceived) == [0, 0, 0])
    #expect(visitor.preload.events[1] == "left alone: it may send early data")
  }

  @Test("GNUTLS_NO_TICKETS is cleared, unless it is to be respected", .needs(.compiler), arguments: TLSVersion.allCases)
  func noTickets(version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    var visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client(
      "no tickets", "no-tickets", "priority=\(version.priorities)")
    for expected in ["full\n", "resumed\n"] { #expect(try visitor.run(program).standardOutput == expected) }
    #expect(visitor.preload.events.allSatisfy { $0.hasSuffix("; GNUTLS_NO_TICKETS cleared") })
    visitor = try Visitor(port: server.port)
    visitor.preload.options = ["--respect-no-tickets"]
    for _ in 0..<2 { #expect(try visitor.run(program).standardOutput == "full\n") }
    #expect(visitor.preload.events == ["left alone: it forbids tickets", "left alone: it forbids tickets"])
    #expect(try visitor.preload.count() == Preload.Count())
  }
}
