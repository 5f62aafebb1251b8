import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("gnutls-resume key")
struct KeyCommandTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func key(_ arguments: String..., file: String? = nil, input: String = "") throws -> ProcessResult {
    try tool.run(["key"] + arguments + ["--key-file", file ?? tool.keyFile], input: input)
  }

  @Test("a rotated key seals, and what its elder has sealed is still offered")
  func rotation() throws {
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    try tool.connect(server.port)
    #expect(try key("rotate").status == 0)
    #expect(try tool.connect(server.port).isResumed)
    let shown = try key("show").standardOutput.split(separator: "\n")
    #expect(shown.count == 3 && shown[1].contains(" seals ") && shown[2].contains(" opens "))
    #expect(try key("rotate", "--discard-older").status == 0)
    let report = try tool.connect(server.port)
    #expect(!report.isResumed && report.reason == "noTicket")
  }

  @Test("no key is shown by anything but an export")
  func secret() throws {
    let rotated = try key("rotate", "--discard-older").output
    let text = try String(contentsOfFile: tool.keyFile, encoding: .utf8)
    let secret = try #require(text.split(separator: "\n")[1].split(separator: " ").last)
    #expect(secret.count == 64)
    let shown = try key("show").output + key("show", "--json").output + rotated
    #expect(!shown.contains(secret))
    #expect(try key("export").standardOutput.contains(secret))
  }

  @Test("an exported file is imported by another machine, from a file or a pipe; a damaged one isn't")
  func handedOut() throws {
    _ = try key("rotate")
    let text = try key("export").standardOutput
    let exported = tool.folder.file("exported")
    try Data(text.utf8).write(to: URL(fileURLWithPath: exported))
    let (first, second) = (tool.folder.file("first"), tool.folder.file("second"))
    #expect(try key("import", exported, file: first).status == 0)
    #expect(try key("import", "-", file: second, input: text).status == 0)
    #expect(try key("export", file: first).standardOutput == text)
    #expect(try key("export", file: second).standardOutput == text)
    let damaged = try key("import", "-", file: second, input: String(text.dropLast(2)))
    #expect(damaged.status == 1 && damaged.errorLines.count == 1 && damaged.errorLines[0].contains("damaged"))
    #expect(try key("export", file: second).standardOutput == text)
    _ = try key("rotate", file: second)
    let refused = try key("import", exported, file: second)
    #expect(refused.status == 1 && refused.errorLines[0].contains("would go"))
    #expect(try key("import", exported, "--replace", file: second).status == 0)
  }

  @Test("a terminal gets no key unless it is told to")
  func terminal() throws {
    _ = try key("rotate")
    func onTerminal(_ more: String) throws -> ProcessResult {
      try tool.shell("script -qec \"$TOOL key export --key-file $KEY \(more)\" /dev/null </dev/null")
    }
    let refused = try onTerminal("")
    #expect(refused.status == 1 && refused.output.contains("--to-terminal") && !refused.output.contains("key "))
    #expect(try onTerminal("--to-terminal").output.contains("gnutls-resume keys 1"))
  }

  @Test("a service has its keys as a credential, in the form in which they are exported")
  func credential() throws {
    _ = try key("rotate")
    let folder = tool.folder.file("credentials")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: tool.keyFile, toPath: folder + "/gnutls-resume.key")
    let result = try tool.run(
      ["key", "show", "--json"], environment: ["HOME": "/nonexistent", "CREDENTIALS_DIRECTORY": folder])
    #expect(result.standardOutput == (try key("show", "--json").standardOutput))
    let rotated = try tool.run(
      ["key", "rotate"], environment: ["HOME": "/nonexistent", "CREDENTIALS_DIRECTORY": folder])
    #expect(rotated.status == 1 && rotated.output.contains("service manager"))
  }
}
