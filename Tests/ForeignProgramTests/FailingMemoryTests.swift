import ScriptableTLSServer
import TestPeers
import Testing

/// The preloaded library where its own allocations fail: the program doesn't notice.
@Suite(
  "Where the preloaded library gets no memory", .needs(.compiler),
  .enabled(if: BuiltProducts.areInstalled, "a Swift runtime ends the program"))
struct FailingMemoryTests {
  @Test(
    "Whichever of its allocations fails, and all after it, the connection is made",
    arguments: [false, true], TLSVersion.allCases)
  func everyAllocation(hasTicket: Bool, version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("a client", "verify=function", "priority=\(version.priorities)")
    if hasTicket { #expect(try visitor.run(program).standardOutput == "full\n") }
    let filled = visitor.preload.store
    var failing = 0
    repeat {
      failing += 1
      let store = visitor.preload.folder.file("store \(failing)")
      if hasTicket { #expect(try ProcessRunner.run(["cp", "-a", filled, store]).status == 0) }
      let result = try program.run(0, in: visitor.home, .tls13, launch(visitor, store: store, failingFrom: failing))
      // There is more memory in the reserve than this needs.
      #expect(
        result.status == 0 && result.standardOutput == (hasTicket ? "resumed\n" : "full\n")
          && result.standardError == "verifying\n", "from \(failing) on: \(result)")
    } while try failing <= count(visitor)
    #expect(failing > 50)
  }

  @Test("256 threads at once need more than the reserve has: they are left alone", arguments: [1, 200, 5_000])
  func threads(failing: Int) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("256 threads", "threads=256")
    let result = try program.run(
      0, in: visitor.home, .tls13, launch(visitor, store: visitor.preload.store, failingFrom: failing))
    #expect(result.status == 0 && result.standardError == "", "\(result)")
    #expect(result.standardOutput.split(separator: "\n").count == 256)
    #expect(try count(visitor) > failing)
  }

  private func launch(_ visitor: Visitor, store: String, failingFrom first: Int) throws -> Launch {
    Launch(
      environment: [
        "LD_PRELOAD": "\(try CompiledClients.path(.failingMemory)) \(Preload.shim)", "FAIL_FROM": "\(first)",
        "FAIL_FILE": visitor.preload.folder.file("count"), "GNUTLS_RESUME_STORE": store,
        "GNUTLS_RESUME_KEY_FILE": visitor.preload.keyFile,
      ])
  }

  /// How many allocations the last run asked for.
  private func count(_ visitor: Visitor) throws -> Int {
    try #require(Int(visitor.preload.folder.read("count").split(separator: "\n").first ?? ""))
  }
}
