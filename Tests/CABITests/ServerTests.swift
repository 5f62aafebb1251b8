import Foundation
import TestPeers
import Testing

@Suite("Servers in C", .needs(.gcc))
struct ServerTests {
  /// A process of the example.
  final class Server {
    let process: RunningProcess
    let port: UInt16

    init(_ program: CProgram, _ folder: TemporaryFolder, prefix: [String] = []) throws {
      port = try FreePort.find()
      process = try RunningProcess(
        prefix + [
          program.path, "\(port)", Fixture.ecdsa.chain, Fixture.ecdsa.key, folder.file("store"), folder.file("key"),
        ])
      try #require(process.waitForOutput("ready", timeout: .seconds(30)), "\(process.standardError)")
    }

    /// What it says of its connections.
    var lines: [Substring] { process.standardOutput.split(separator: "\n").filter { $0 != "ready" } }
  }

  static let example = Fixture.packageFolder + "/Fixtures/example-server.c"

  @Test(
    "the example's two processes share their sessions", .needs(.gcc, .gxx), arguments: ["-tls1_3", "-tls1_2"])
  func resumes(version: String) throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(Self.example)
    let (first, second) = (try Server(program, folder), try Server(program, folder))
    let session = folder.file("session")
    for (server, option) in [(first, "-sess_out"), (second, "-sess_in"), (first, "-sess_in")] {
      let visit = try OpenSSLClient.run(port: server.port, [version, option, session])
      #expect(visit.completed && visit.resumed == (option == "-sess_in"), "\(visit.output)")
    }
    _ = first.process.waitForOutput("resumed", timeout: .seconds(5))
    #expect(first.lines == ["full", "resumed"] && second.lines == ["resumed"])
    let other = try OpenSSLClient.run(port: first.port, [version, "-sess_in", session, "-servername", "other"])
    #expect(other.completed && !other.resumed)
  }

  @Test("the example has about forty lines")
  func length() throws {
    let text = try String(contentsOfFile: Self.example, encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 42)
  }

  /// Instructions of the server's side for one resumed handshake, from what twice as many cost more.
  @Test(
    "a resumed handshake costs the server at most a twentieth more than with one fixed key",
    .needs(.valgrind), .enabled(if: BuiltProducts.areInstalled, "the libraries of a debug build are slow"),
    arguments: ["NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"])
  func cost(version: String) throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(CProgram.programs + "/server-cost.c")
    func instructions(_ way: String, _ count: Int) throws -> Int {
      let result = try ProcessRunner.run(
        [
          "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=serve",
          "--toggle-collect=end", program.path, way, "\(count)", Fixture.ecdsa.chain, Fixture.ecdsa.key,
          folder.file("store"), version,
        ], timeLimit: .seconds(120))
      try #require(result.status == 0, "\(result.output)")
      return try #require(result.output.firstMatch(of: /Collected : (\d+)/).flatMap { Int($0.1) })
    }
    let costs = try ["plain", "shared"].map { way in
      (try instructions(way, 60) - instructions(way, 20)) / 40
    }
    print("instructions of the server per resumed handshake, \(version): plain \(costs[0]), shared \(costs[1])")
    #expect(Double(costs[1]) <= 1.05 * Double(costs[0]))
  }

  @Test(
    "a server that sends tickets itself sends as many as are asked for, 8 at most, or two; by default GnuTLS sends two")
  func sending() throws {
    let program = try CProgram(CProgram.programs + "/sending.c")
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run([program.path, Fixture.ecdsa.chain, Fixture.ecdsa.key, folder.path])
    #expect(
      result.standardOutput == """
        attached 0, shaken 0 0, told 5, sent 5, came 5
        attached 0, shaken 0 0, told 8, sent 8, came 8
        attached 0, shaken 0 0, told 0, sent 0, came 0
        attached 0, shaken 0 0, told -1, sent 2, came 2
        attached 0, shaken 0 0, told -1, sent -65401, came 2

        """, "\(result.output)")
  }

  @Test("null pointers and values that can't be meant give an error code and a text, never a crash")
  func arguments() throws {
    let program = try CProgram(CProgram.programs + "/server.c")
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run([program.path, folder.path])
    #expect(result.status == 0 && result.standardOutput == "all as it should be\n", "\(result.output)")
  }
}
