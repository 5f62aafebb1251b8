import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

/// What `Sources/EmbeddedEngine` gives the installed library in place of a runtime.
@Suite("The embedded engine", .needs(.gcc))
struct EmbeddedEngineTests {
  private static let sources = Fixture.packageFolder + "/Sources"

  @Test(
    "What it has of its own holds against threads and forks",
    arguments: [
      ("once.c", ["EmbeddedEngine/once.c", "CSessionTickets/generation.c"]),
      ("reserve.c", ["EmbeddedEngine/reserve.c", "EmbeddedEngine/memory.c"]),
    ])
  func ownParts(program: String, parts: [String]) throws {
    let program = try CProgram(
      "\(CProgram.programs)/\(program)", linked: false,
      further: ["-std=gnu11", "-O2"] + ["EmbeddedEngine", "CSessionTickets/include"].map { "-I\(Self.sources)/\($0)" }
        + parts.map { "\(Self.sources)/\($0)" })
    // Races are won or lost by chance.
    for _ in 0..<10 {
      let result = try ProcessRunner.run([program.path])
      #expect(result.status == 0 && result.standardOutput == "done\n", "\(result)")
    }
  }

  @Test("64 threads may use it for the first time at once, and share a store")
  func firstUse() throws {
    let program = try CProgram(CProgram.programs + "/first-use.c")
    for _ in 0..<(BuiltProducts.areInstalled ? 20 : 2) {
      let folder = try TemporaryFolder()
      // What is freed too early is seen at once.
      let result = try ProcessRunner.run(
        [program.path, folder.file("store"), folder.file("key")], environment: ["MALLOC_PERTURB_": "165"],
        timeLimit: .seconds(60))
      #expect(result.status == 0 && result.standardOutput == "6464 of 6464\n", "\(result)")
    }
  }

  @Test(
    "Whichever of its allocations fails, and all after it, the connection is made and trusted",
    .needs(.compiler), .enabled(if: BuiltProducts.areInstalled, "a Swift runtime ends the program"),
    arguments: [false, true], ["verify=file", "verify=credentials"])
  func failingAllocations(hasTicket: Bool, way: String) throws {
    var driver = try Driver()
    let trust = way == "verify=file" ? "path=\(Fixture.ecdsa.root)" : "trust=\(Fixture.ecdsa.root)"
    let filled = driver.store
    if hasTicket { #expect(try driver.run(way, trust).reason == "noTicket") }
    let count = driver.folder.file("count")
    var failing = 0
    repeat {
      failing += 1
      driver.store = driver.folder.file("store \(failing)")
      if hasTicket { #expect(try ProcessRunner.run(["cp", "-a", filled, driver.store]).status == 0) }
      let report = try driver.run(
        way, trust,
        environment: [
          "LD_PRELOAD": try CompiledClients.path(.failingMemory), "FAIL_FROM": "\(failing)", "FAIL_FILE": count,
        ])
      #expect(report["attach"] == "0" && report.done == "0" && report["answer"] == "hello", "from \(failing) on")
      // There is more memory in the reserve than this needs.
      #expect(report["resumed"] == (hasTicket ? "1" : "0"), "from \(failing) on: \(report.reason)")
    } while try failing <= #require(Int(driver.folder.read("count").split(separator: "\n").first ?? ""))
    #expect(failing > 50)
  }
}
