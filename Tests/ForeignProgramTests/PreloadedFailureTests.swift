import ScriptableTLSServer
import TestPeers
import Testing

/// What a program meets when a handshake with a ticket goes wrong, and what becomes of its socket.
struct PreloadedFailureTests {
  @Test(
    "A handshake that fails with a ticket offered is the last one with a ticket for a while", .needs(.compiler),
    arguments: TLSVersion.allCases)
  func failsWhenResuming(version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client(
      "a client", "priority=\(version.priorities)")
    #expect(try visitor.run(program).standardOutput == "full\n")
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    let failed = try visitor.run(program)
    #expect(failed.standardOutput == "A TLS fatal alert has been received.\n" && failed.status == 1)
    for _ in 0..<3 { #expect(try visitor.run(program).standardOutput == "full\n") }
    let seen = server.waitForConnections(5)
    #expect(seen.map { $0.clientHello?.offersResumption } == [false, true, false, false, false])
    #expect(
      visitor.preload.events == [
        "full (noTicket)", "failed (A TLS fatal alert has been received.)", "full (withheld)", "full (withheld)",
        "full (withheld)",
      ])
    // The server is what rests, for whichever program.
    #expect(try visitor.run(.client("another", "verify=function")).standardOutput == "full\n")
    #expect(visitor.preload.events.last == "full (withheld)")
  }

  @Test("A server that has lost its keys means full handshakes, and new tickets", .needs(.compiler))
  func lostKeys() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("a client")
    #expect(try visitor.run(program).standardOutput == "full\n")
    server.restart()
    #expect(try visitor.run(program).standardOutput == "full\n")
    #expect(visitor.preload.events.last == "full (declined)")
    #expect(try visitor.run(program).standardOutput == "resumed\n")
  }

  @Test(
    "No signal comes of what is written: where files may not grow, or nobody reads what is said", .needs(.compiler),
    arguments: [
      "ulimit -f 0; exec \"$@\"",
      // A pipe whose only reader is gone.
      "mkfifo $0; exec 3<>$0 2>$0 3<&-; rm $0; GNUTLS_RESUME_VERBOSE=1 exec \"$@\"",
    ])
  func signals(script: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let folder = try TemporaryFolder()
    let program = ForeignProgram.client("a client") {
      ["sh", "-c", script, folder.file("pipe"), try CompiledClients.path(.linked)]
    }
    let result = try visitor.run(program)
    #expect(result.standardOutput == "full\n" && result.status == 0, "\(result)")
  }

  @Test("Calls that GnuTLS refuses are refused", .needs(.compiler))
  func oddCalls() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for expected in ["full\n", "resumed\n"] {
      #expect(try visitor.run(.client("odd", "odd")).standardOutput == expected)
    }
  }

  @Test(
    "Nagle's algorithm is off until the first data, and then again as the program had it", .needs(.compiler),
    arguments: [([], "0 1 0"), (["nodelay"], "1 1 1"), (["own-transport"], "0 0 0")])
  func nagle(options: [String], expected: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("a client", options: ["tell-nodelay"] + options)
    let own = options == ["nodelay"] ? "1" : "0"
    #expect(try visitor.runPlainly(program).standardError == "\(own)\n\(own)\n\(own)\n")
    // Before the handshake, after it, and after the answer.
    for _ in 0..<2 {
      #expect(try visitor.run(program).standardError == expected.replacing(" ", with: "\n") + "\n")
    }
    #expect(visitor.preload.events.last?.hasPrefix("resumed") == true)
  }
}
