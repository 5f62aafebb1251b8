import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// What a program may do with its process, and works as without.
struct PreloadedProcessTests {
  @Test(
    "On any stack that suffices without, it works; on a large one it resumes", .needs(.compiler),
    arguments: [16, 20, 24, 32, 48, 64, 96, 256])
  func stack(kilobytes: Int) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("on a small stack", "stack=\(kilobytes << 10)")
    guard try visitor.runPlainly(program).status == 0 else { return }
    for _ in 0..<3 {
      let result = try visitor.run(program)
      #expect(result.status == 0 && ["full\n", "resumed\n"].contains(result.standardOutput), "\(result)")
    }
    #expect(visitor.preload.events.contains { $0.hasPrefix("resumed") } == (kilobytes >= 96))
  }

  @Test("A handshake with a ticket offered, whose end has no stack for the program's check, fails", .needs(.compiler))
  func handshakeEndsOnSmallStack() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let options = ["verify=function", "own-transport"]
    let ending = options + ["finish-stack=\(24 << 10)"]
    // Without a ticket it doesn't.
    #expect(try visitor.run(.client("small", options: ending)).standardOutput == "full\n")
    #expect(try visitor.run(.client("large", options: options)).standardOutput == "full\n")
    let result = try visitor.run(.client("small", options: ending))
    #expect(result.standardOutput == "Error in the certificate verification.\n" && result.status == 1, "\(result)")
    #expect(result.standardError.isEmpty)
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, false, true])
  }

  @Test("Tickets that come where the stack is small are kept where it isn't", .needs(.compiler))
  func readsOnSmallStack() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for expected in ["full\n", "resumed\n", "resumed\n"] {
      #expect(try visitor.run(.client("reads", "read-stack=\(48 << 10)")).standardOutput == expected)
    }
  }

  @Test("A signal's stack that lies within the thread's isn't overrun", .needs(.compiler))
  func signalStackWithin() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.callbacks()).standardOutput == "full\n")
    let result = try visitor.run(.callbacks("signal"))
    #expect(result.standardOutput == "full\n" && result.status == 0, "\(result)")
  }

  @Test("A signal's handler that forks hangs nothing", .needs(.compiler))
  func forksInHandler() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let result = try visitor.run(.client("forks in a handler", "alarms", "visits=100"))
    #expect(result.status == 0 && result.standardOutput.split(separator: "\n").count == 100, "\(result)")
    #expect(visitor.preload.events.last?.hasPrefix("resumed") == true)
  }

  @Test(
    "A child that is forked while another thread is in its verify function resumes, and hangs nowhere",
    .needs(.compiler),
    arguments: ["busy", "busy-clone"])
  func forksWhileBusy(fork: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let verify = "verify=session-function"
    #expect(try visitor.run(.client("ordinary", verify)).standardOutput == "full\n")
    let result = try visitor.run(.client("busy", verify, "fork=\(fork)"))
    #expect(result.standardOutput == "resumed\nresumed\n" && result.status == 0, "\(result)")
  }

  @Test("A socket by the number 0 has a port", .needs(.compiler))
  func socketZero() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.client("zero", "socket-zero")).standardOutput == "full\n")
    #expect(visitor.preload.folder.read("log").contains("localhost:\(server.port): full"))
  }

  @Test("A name that is empty is none", .needs(.compiler), arguments: [["expected="], ["name=", "expected="]])
  func emptyName(options: [String]) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("expects nobody", options: options)
    #expect(try visitor.differences(program) == [])
    #expect(visitor.preload.events == ["left alone: it has no server name"])
    #expect(visitor.preload.records.isEmpty)
  }

  @Test(
    "In its verify function a program may be cancelled, jump out, or go on with another connection", .needs(.compiler),
    arguments: [
      ("wait", "cancelled\n", [true]), ("jump", "given up\ncancelled\n", [true]),
      ("nested", "resumed\nresumed\n", [true, true]),
    ])
  func inVerifyFunction(way: String, expected: String, resumed: [Bool]) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.callbacks()).standardOutput == "full\n")
    let result = try visitor.run(.callbacks(way))
    #expect(result.standardOutput == expected && result.standardError == "verifying\n", "\(result)")
    #expect(server.waitForConnections(1 + resumed.count).map(\.isResumed) == [false] + resumed)
  }

  @Test("A hook that takes itself out isn't called again", .needs(.compiler), arguments: TLSVersion.allCases)
  func hookTakesItselfOut(version: TLSVersion) throws {
    let server = try TLSServer.forClients {
      $0.versions = version.script.versions
      $0.clientCertificate = .requested
    }
    let visitor = try Visitor(port: server.port)
    for _ in 0..<2 {
      let result = try visitor.run(.callbacks("hook"))
      #expect(result.status == 0 && result.standardOutput == "full\n", "\(result)")
    }
    #expect(visitor.preload.events.first == "full (noTicket)")
  }

  @Test("A child connects, that was forked while another thread was in the loader's list", .needs(.compiler))
  func forksInLoader() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("forks", options: ["walk"]) { [try CompiledClients.path(.loader)] }
    #expect(try visitor.run(program).standardOutput == "all\n")
  }

  @Test("A plugin whose constructor waits for a thread that connects gets its connection", .needs(.compiler))
  func connectsInConstructor() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let path = try CompiledClients.path(.loader)
    #expect(try visitor.run(.client("a client") { [path] }).standardOutput == "full\n")
    let options = [try CompiledClients.path(.waitingPlugin)]
    let result = try visitor.run(.client("with a plugin", options: options) { [path] })
    #expect(result.standardOutput == "resumed\n" && result.status == 0, "\(result)")
  }

  @Test(
    "Behind another root nothing is loaded, offered or kept", .needs(.compiler, .superuser),
    arguments: ["first", "between"])
  func otherRoot(way: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let jail = visitor.preload.folder.file("jail")
    let folder = jail + visitor.preload.folder.path
    let script = "mkdir -p $1 $(dirname $2) && cp $3 $2"
    let names = [folder, jail + Preload.engine, try CompiledClients.path(.intruder)]
    #expect(try ProcessRunner.run(["sh", "-c", script, "sh"] + names).status == 0)
    let program = ForeignProgram.client(way, options: [way, jail]) { [try CompiledClients.path(.chroot)] }
    let result = try visitor.run(program)
    #expect(result.standardOutput == "full\nfull\nfull\n" && result.standardError.isEmpty, "\(result)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(visitor.preload.events == (way == "first" ? [] : ["full (noTicket)"]))
  }

  @Test("With more rights than its user's, a program is left alone", .needs(.compiler, .superuser, .mountNamespaces))
  func secureProgram() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    // Where another user can read it.
    let place = visitor.preload.folder.file("open")
    let client = try CompiledClients.path(.linked)
    let script = """
      set -e; mkdir -p \(place)/upper \(place)/work; chmod 755 \(place) \(visitor.preload.folder.path)
      cp \(Preload.shim) \(Preload.engine) \(client) \(visitor.home.trustFile) \(place); chmod 644 \(place)/*.pem
      cp /bin/sh \(place); echo \(place)/libgnutls-resume-preload.so >\(place)/upper/ld.so.preload
      mount -t tmpfs none \(place)/work; mkdir \(place)/work/up \(place)/work/work
      cp \(place)/upper/ld.so.preload \(place)/work/up
      mount -t overlay overlay -o lowerdir=/etc,upperdir=\(place)/work/up,workdir=\(place)/work/work /etc
      """
    func run(_ mode: String) throws -> ProcessResult {
      let user = "setpriv --reuid=65534 --regid=65534 --clear-groups"
      let visit = "\(place)/gnutls-client \(server.port) \(place)/trusted.pem"
      return try ProcessRunner.run(
        Launch(environment: ["GNUTLS_RESUME_LOG": visitor.preload.folder.file("log")]).command(
          ["unshare", "-m", "sh", "-c", "\(script); chmod \(mode) \(place)/gnutls-client; \(user) \(visit)"],
          home: place))
    }
    for _ in 0..<2 { #expect(try run("4755").standardOutput == "full\n") }
    #expect(visitor.preload.folder.read("log") == "")
    #expect(try run("755").standardOutput == "full\n")
    #expect(try ProcessRunner.run(["ls", "-A", "\(place)/.local"]).status != 0)
  }
}
