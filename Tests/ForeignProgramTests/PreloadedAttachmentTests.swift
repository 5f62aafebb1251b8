import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Programs that resume by the library for C, under the library that is preloaded.
@Suite(.needs(.compiler))
struct PreloadedAttachmentTests {
  @Test(
    "A session that its program attaches is the program's, whether the engine is in the same file or not",
    arguments: [true, false])
  func attachedByProgram(isSameFile: Bool) throws {
    let server = try TLSServer.forClients()
    let preload = try Preload()
    let home = try Home(port: server.port)
    var library = Preload.engine
    if !isSameFile {
      library = preload.folder.file("libgnutls-resumption.so")
      #expect(try ProcessRunner.run(["cp", Preload.engine, library]).status == 0)
      try BuiltProducts.addInterfaceName(toLibraryIn: preload.folder.path)
    }
    let program = preload.folder.file("example")
    let folder = URL(fileURLWithPath: library).deletingLastPathComponent().path
    let compiled = try ProcessRunner.run([
      "cc", "\(Fixture.packageFolder)/Fixtures/example.c", "-o", program,
      "-I\(Fixture.packageFolder)/Sources/CGnuTLSResumption/include", "-L\(folder)", "-Wl,-rpath,\(folder)",
      "-lgnutls-resumption", "-lgnutls",
    ])
    #expect(compiled.status == 0, "\(compiled)")
    for expected in ["full (noTicket)\n", "resumed\n", "resumed\n"] {
      let result = try ProcessRunner.run(
        preload.launch.command([program, "localhost", "\(server.port)", home.trustFile], home: home.path))
      #expect(result.standardOutput == expected && result.status == 0, "\(result)")
    }
    #expect(Set(preload.events) == ["left alone: the program resumes by the library for C"])
    #expect(preload.records.isEmpty)
  }
}
