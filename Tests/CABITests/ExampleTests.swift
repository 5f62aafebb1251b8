import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("The example in C")
struct ExampleTests {
  /// A home that has never seen a ticket, and a server.
  struct Place {
    let home: TemporaryFolder
    let server: TLSServer

    init(_ version: TLSVersion = .tls13) throws {
      home = try TemporaryFolder()
      var script = version.script
      script.behaviour = .http(body: Array("hello".utf8))
      server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
    }

    func run(_ command: [String], anchors: String = Fixture.ecdsa.root) throws -> ProcessResult {
      try ProcessRunner.run(
        command + ["localhost", "\(server.port)", anchors],
        environment: ["HOME": home.path, "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""], timeLimit: .seconds(60))
    }
  }

  @Test(
    "says full, then resumed, as the server saw it",
    .needs(.gcc, .gxx), arguments: CProgram.Compiler.allCases)
  func resumes(compiler: CProgram.Compiler) throws {
    let program = try CProgram(CProgram.example, by: compiler)
    let place = try Place()
    for line in ["full (noTicket)\n", "resumed\n"] {
      let result = try place.run([program.path])
      #expect(result.status == 0 && result.standardOutput == line, "\(result.output)")
    }
    #expect(place.server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test(
    "says why it doesn't resume with a server of TLS 1.2, and that an unknown authority isn't trusted", .needs(.gcc))
  func full() throws {
    let program = try CProgram(CProgram.example)
    let place = try Place(.tls12)
    #expect(try place.run([program.path]).standardOutput == "full (noTicket)\n")
    #expect(try place.run([program.path]).standardOutput == "full (withheld)\n")
    let refused = try place.run([program.path], anchors: Fixture.ecdsa.otherRoot)
    #expect(refused.status == 1 && refused.standardError.contains("localhost:\(place.server.port) is not trusted"))
  }

  @Test("is what the README shows of it")
  func readme() throws {
    let readme = try String(contentsOfFile: Fixture.packageFolder + "/README.md", encoding: .utf8)
    let example = try String(contentsOfFile: CProgram.example, encoding: .utf8)
    let blocks = readme.components(separatedBy: "```c\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    try #require(blocks.count == 1)
    let lines = Set(example.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    for line in blocks[0].split(separator: "\n") { #expect(lines.contains(String(line))) }
  }

  @Test("leaks nothing and touches nothing that isn't its own", .needs(.gcc, .valgrind))
  func valgrind() throws {
    let folder = try TemporaryFolder()
    // Debian 12's valgrind can't read the debugging information of the compiler's DWARF 5.
    let strip = ["strip", "--strip-debug", "-o", folder.file("libgnutls-resumption.so"), BuiltProducts.library]
    #expect(try ProcessRunner.run(strip).status == 0)
    try BuiltProducts.addInterfaceName(toLibraryIn: folder.path)
    // What the runtime keeps of types is reachable by pointers into its middle: "possibly lost", and not looked at.
    let valgrind = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"]
    let example = try CProgram(CProgram.example, libraryFolder: folder.path)
    let place = try Place()
    for line in ["full (noTicket)\n", "resumed\n"] {
      let result = try place.run(valgrind + [example.path])
      #expect(result.status == 0 && result.standardOutput == line, "\(result.output)")
    }
    let arguments = try CProgram(CProgram.programs + "/arguments.c", libraryFolder: folder.path)
    let result = try ProcessRunner.run(valgrind + [arguments.path], timeLimit: .seconds(60))
    #expect(result.status == 0, "\(result.output)")
  }
}
