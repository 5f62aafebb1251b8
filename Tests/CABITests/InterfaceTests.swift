import Foundation
import TestPeers
import Testing

@Suite("The interface for C", .needs(.gcc))
struct InterfaceTests {
  @Test("The header compiles alone, as C99 and as C++11", .needs(.gxx), arguments: CProgram.Compiler.allCases)
  func header(compiler: CProgram.Compiler) throws {
    let result = try CProgram.compile(compiler, ["-pedantic", "-fsyntax-only", CProgram.header])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("Null pointers and values that can't be meant give an error code and a text, never a crash")
  func arguments() throws {
    let program = try CProgram(CProgram.programs + "/arguments.c")
    let result = try ProcessRunner.run([program.path])
    #expect(result.status == 0 && result.standardOutput == "all as it should be\n", "\(result.output)")
  }

  @Test("The library exports all functions of the header, and nothing of another name")
  func exports() throws {
    let result = try ProcessRunner.run(["nm", "-D", "--defined-only", "--extern-only", BuiltProducts.library])
    let exported = Set(result.standardOutput.split(separator: "\n").compactMap { $0.split(separator: " ").last })
    let text = try String(contentsOfFile: CProgram.header, encoding: .utf8)
    let declared = Set(
      text.matches(of: /^[a-z][a-z_ *]*?(gnutls_resumption_[a-z_]+)\(/.anchorsMatchLineEndings()).map(\.1))
    #expect(declared.count >= 12)
    #expect(declared.isSubset(of: exported))
    #expect(exported.allSatisfy { $0.hasPrefix("gnutls_resumption_") })
  }

  @Test("The header's version is the tool's, as a text, in parts, and as a number")
  func version() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(
      "version.c",
      """
      #include <gnutls_resumption.h>
      #include <stdio.h>
      int main(void) {
        puts(GNUTLS_RESUMPTION_VERSION);
        printf("%d.%d.%d\\n", GNUTLS_RESUMPTION_VERSION_MAJOR, GNUTLS_RESUMPTION_VERSION_MINOR,
               GNUTLS_RESUMPTION_VERSION_PATCH);
        printf("%d.%d.%d\\n", GNUTLS_RESUMPTION_VERSION_NUMBER >> 16, GNUTLS_RESUMPTION_VERSION_NUMBER >> 8 & 255,
               GNUTLS_RESUMPTION_VERSION_NUMBER & 255);
      }
      """)
    let program = try CProgram(source)
    let result = try ProcessRunner.run([program.path])
    let tool = try ProcessRunner.run([BuiltProducts.executable("gnutls-resume"), "--version"]).standardOutput
    #expect(tool.contains(".") && result.standardOutput == tool + tool + tool, "\(result)")
  }

  @Test("A store is used by eight threads at once: every connection is made, and no ticket is used twice")
  func threads() throws {
    let driver = try Driver()
    let program = try CProgram(CProgram.programs + "/threads.c")
    let result = try ProcessRunner.run(
      [program.path, "\(driver.server.port)", driver.store, driver.folder.file("key")], timeLimit: .seconds(60))
    let counts = result.standardOutput.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(result.status == 0 && counts.count == 2, "\(result.output)")
    let connections = driver.server.waitForConnections(80)
    #expect(counts[0] == 80 && counts[1] >= 40)
    #expect(connections.filter(\.isResumed).count == counts[1])
    let offered = connections.compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count >= counts[1] && Set(offered).count == offered.count)
  }

  @Test("A thread may be cancelled at any call: the call goes through, and no other waits for what it has locked")
  func cancelled() throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(CProgram.programs + "/cancelled.c")
    let result = try ProcessRunner.run(
      [program.path, folder.file("store"), folder.file("key")], timeLimit: .seconds(60))
    #expect(result.status == 0 && result.standardOutput == "done\n", "\(result)")
  }

  @Test("The library stays when it is unloaded")
  func unloading() throws {
    let program = try CProgram(CProgram.programs + "/unloading.c", linked: false)
    let result = try ProcessRunner.run([program.path, BuiltProducts.library])
    #expect(result.status == 0 && result.standardOutput == "Success.\n", "\(result)")
  }
}
