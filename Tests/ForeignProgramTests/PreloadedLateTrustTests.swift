import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Programs that load their trust while the handshake is under way, as libcurl does from 8.14 on.
struct PreloadedLateTrustTests {
  private func client(_ trust: String, _ options: String...) -> ForeignProgram {
    ForeignProgram.client("trusts late", options: ["own-transport", "verify=peers2", "late-trust=\(trust)"] + options)
  }

  @Test(
    "Resume by a verdict of a file, or of a folder, that is unchanged", .needs(.compiler), arguments: [false, true])
  func unchanged(isFolder: Bool) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let folder = try TemporaryFolder()
    // A file that has just been made could change unseen.
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("root.pem"), withDestinationPath: Fixture.ecdsa.root)
    let trust = isFolder ? folder.path + "/" : folder.file("root.pem")
    for expected in ["full\n", "resumed\n", "resumed\n"] {
      #expect(try visitor.run(client(trust)).standardOutput == expected)
    }
    // Changed, it says nothing any more: what isn't trusted now is refused as ever.
    try FileManager.default.removeItem(atPath: folder.file("root.pem"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("root.pem"), withDestinationPath: Fixture.ecdsa.otherRoot)
    #expect(try visitor.run(client(trust)).status != 0)
    #expect(server.waitForConnections(4).map(\.isResumed) == [false, true, true, false])
  }

  @Test("What the program then loads is what counts, after a resumption too", .needs(.compiler))
  func another() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(client(Fixture.ecdsa.root)).standardOutput == "full\n")
    let refused = try visitor.run(client(Fixture.ecdsa.otherRoot))
    let plain = try visitor.runPlainly(client(Fixture.ecdsa.otherRoot))
    #expect(refused.status != 0 && refused.status == plain.status && refused.standardOutput == plain.standardOutput)
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, true, false])
  }

  @Test(
    "The same where it loads its trust only when it checks: refused once, the peer isn't resumed again",
    .needs(.compiler),
    arguments: ["peers2", "function", "session-function"])
  func atCheck(verify: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    func client(_ trust: String) -> ForeignProgram {
      ForeignProgram.client(
        "trusts at its check", options: ["own-transport", "verify=\(verify)", "late-trust=\(trust)", "trust-at-check"])
    }
    for expected in ["full\n", "resumed\n", "resumed\n"] {
      #expect(try visitor.run(client(Fixture.ecdsa.root)).standardOutput == expected)
    }
    #expect(try visitor.preload.count().tickets >= 2)
    let plain = try visitor.runPlainly(client(Fixture.ecdsa.otherRoot))
    for _ in 0..<2 {
      let refused = try visitor.run(client(Fixture.ecdsa.otherRoot))
      #expect(refused.status != 0 && refused.status == plain.status)
    }
    #expect(try visitor.preload.count().tickets == 0)
    #expect(server.waitForConnections(6).map(\.isResumed) == [false, true, true, false, true, false])
  }

  @Test("Who loads none, and checks nothing, costs the others nothing but the ticket", .needs(.compiler))
  func never() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let careless = ForeignProgram.client(
      "trusts anybody", options: ["own-transport", "verify=none", "late-trust=never"])
    for _ in 0..<2 { #expect(try visitor.run(careless).status == 0) }
    #expect(try visitor.preload.count().tickets == 0)
    #expect(try visitor.run(client(Fixture.ecdsa.root)).standardOutput == "full\n")
    #expect(try visitor.run(careless).status == 0)
    #expect(try visitor.preload.count().tickets >= 1)
    #expect(try visitor.run(client(Fixture.ecdsa.root)).standardOutput == "resumed\n")
  }
}
