import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// However a program comes to GnuTLS's functions, its own check isn't got round.
struct PreloadedLookupTests {
  /// That of a session, which is made besides `gnutls_certificate_verify_peers2` afterwards.
  private static let ownCheck = ["verify=session-function", "recheck"]

  @Test(
    "Who looks functions up by handle or by version, or loads GnuTLS twice, resumes and is asked", .needs(.compiler),
    arguments: [.loading, .versionLoading, .reloading, .reusing] as [CompiledClients.Client])
  func loads(client: CompiledClients.Client) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    func run(_ options: [String] = []) throws -> ProcessResult {
      try visitor.run(.client("loads", options: Self.ownCheck + options) { [try CompiledClients.path(client)] })
    }
    for expected in ["full\n", "resumed\n"] {
      let result = try run()
      #expect(result.standardOutput == expected && result.standardError == "verifying\n", "\(result)")
    }
    let refused = try run(["verdict=refuse"])
    #expect(refused.status == 1 && refused.standardError == "verifying\n", "\(refused)")
    #expect(visitor.preload.events.last == "resumed, but refused by the program's own check")
  }

  @Test("Without the engine, what loads GnuTLS twice does so", .needs(.compiler))
  func reloadsWithoutEngine() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let shim = visitor.preload.folder.file("alone.so")
    #expect(try ProcessRunner.run(["cp", Preload.shim, shim]).status == 0)
    let program = ForeignProgram.client("reloads") { [try CompiledClients.path(.reusing)] }
    let result = try program.run(0, in: visitor.home, .tls13, Launch(environment: ["LD_PRELOAD": shim]))
    #expect(result.standardOutput == "full\n" && result.status == 0, "\(result)")
  }

  @Test(
    "Where calls may pass unseen nothing is offered or kept", .needs(.compiler),
    arguments: [(.checker, "deep"), (.checker, "apart"), (.nextChecker, nil)] as [(CompiledClients.Client, String?)])
  func unseenCalls(checker: CompiledClients.Client, way: String?) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let library = ["library=\(try CompiledClients.path(checker))"] + (way.map { [$0] } ?? [])
    for verdict in ["accept", "accept", "refuse"] {
      let options = Self.ownCheck + library + ["verdict=\(verdict)"]
      let result = try visitor.run(.client("is checked by a plugin", options: options))
      #expect(result.standardError == "verifying\n" && result.standardOutput != "resumed\n", "\(result)")
      #expect(result.status == (verdict == "accept" ? 0 : 1))
    }
    #expect(Set(visitor.preload.events) == ["left alone: calls of the program's may pass unseen"])
    #expect(visitor.preload.records.isEmpty)
  }

  @Test("A plugin whose calls are all its own does as without", .needs(.compiler))
  func unseenPlugins() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for (client, way) in [(CompiledClients.Client.plugin, "deep"), (.nextPlugin, "local")] {
      let command = try ForeignProgram.plugin(client, way)
      for _ in 0..<2 { #expect(try visitor.run(.client("plugin") { command }).standardOutput == "full\n") }
    }
    #expect(visitor.preload.records.isEmpty)
  }

  @Test("What a plugin has left with GnuTLS stays with it", .needs(.compiler))
  func unloadedPlugin() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let plugins = [try CompiledClients.path(.loggingPlugin), visitor.preload.folder.file("another.so")]
    #expect(try ProcessRunner.run(["cp"] + plugins).status == 0)
    let program = ForeignProgram.client("unloads", options: plugins) { [try CompiledClients.path(.unloading)] }
    let result = try visitor.run(program)
    #expect(result.standardOutput == "full\nresumed\n" && result.status == 0, "\(result)")
  }

  @Test("Where there is another GnuTLS, each goes its own way", .needs(.compiler))
  func secondCopy() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let copy = visitor.preload.folder.file("another.so")
    let original = "ldd \(try CompiledClients.path(.linked)) | sed -n 's/.*libgnutls.*=> \\([^ ]*\\) .*/\\1/p'"
    #expect(try ProcessRunner.run(["sh", "-c", "cp \"$(\(original))\" \(copy)"]).status == 0)
    for _ in 0..<2 {
      let result = try visitor.run(.client("loads another", "library=\(copy)"))
      #expect(result.standardOutput == "full\n" && result.status == 0, "\(result)")
    }
    #expect(visitor.preload.records.isEmpty)
  }

  @Test("Nothing is found that isn't there, and no error is told that isn't the program's", .needs(.compiler))
  func lookups() throws {
    let preload = try Preload()
    let program = [try CompiledClients.path(.lookups)]
    for command in [program, preload.prefix + program] {
      #expect(try ProcessRunner.run(command).standardOutput == "as it should be\n")
    }
  }

  @Test("Another library's own functions stay in the chain, before or behind", .needs(.compiler))
  func neighbour() throws {
    let server = try TLSServer.forClients()
    let neighbour = try CompiledClients.path(.neighbour)
    for libraries in ["\(neighbour):\(Preload.shim)", "\(Preload.shim):\(neighbour)"] {
      let visitor = try Visitor(port: server.port)
      let launch = Launch(environment: visitor.preload.environment(preloading: libraries))
      let program = ForeignProgram.client("loads") { [try CompiledClients.path(.loading)] }
      for expected in ["full\n", "resumed\n"] {
        let result = try program.run(0, in: visitor.home, .tls13, launch)
        #expect(result.standardOutput == expected && result.standardError == "looked up\n", "\(result)")
      }
    }
  }

  @Test("Behind a sanitizer's library, which looks functions up while it starts, a program starts", .needs(.gcc))
  func sanitizer() throws {
    let library = try ProcessRunner.run(["gcc", "-print-file-name=libasan.so"]).standardOutput.split(separator: "\n")[0]
    let result = try ProcessRunner.run(["env", "LD_PRELOAD=\(library):\(Preload.shim)", "echo", "started"])
    #expect(result.standardOutput == "started\n" && result.status == 0, "\(result)")
  }

  @Test(
    "Programs that are built with gcc's sanitizers resume, with address behind the sanitizer's library", .needs(.gcc))
  func sanitizers() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let preload = visitor.preload
    let address = try ProcessRunner.run(["gcc", "-print-file-name=libasan.so"]).standardOutput.dropLast()
    for (client, libraries) in [
      (CompiledClients.Client.threadSanitized, Preload.shim), (.addressSanitized, "\(address):\(Preload.shim)"),
    ] {
      let command = [try CompiledClients.path(client), "\(server.port)", visitor.home.trustFile]
      var environment = preload.environment(preloading: libraries)
      environment["ASAN_OPTIONS"] = "detect_leaks=0"
      for expected in ["full\n", "resumed\n"] {
        let result = try ProcessRunner.run(Launch(environment: environment).command(command, home: visitor.home.path))
        #expect(result.standardOutput == expected && result.status == 0, "\(client): \(result)")
      }
    }
  }

  @Test("A program of another C library starts", .needs(.musl))
  func musl() throws {
    let preload = try Preload()
    let result = try ProcessRunner.run(preload.prefix + [try CompiledClients.path(.musl)])
    #expect(result.standardOutput == "started\n" && result.status == 0, "\(result)")
  }
}

extension Preload {
  /// What the tool would put into a program's environment.
  func environment(preloading libraries: String = Preload.shim) -> [String: String] {
    [
      "LD_PRELOAD": libraries, "GNUTLS_RESUME_STORE": store, "GNUTLS_RESUME_KEY_FILE": keyFile,
      "GNUTLS_RESUME_LOG": folder.file("log"),
    ]
  }
}
