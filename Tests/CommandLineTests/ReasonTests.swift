import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Why a handshake was full, in the one word that the report has for it; and that it connected all the same.
struct ReasonTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func offers(_ count: Int) -> [Int] {
    server.waitForConnections(count).map { $0.clientHello?.pskIdentities.count ?? -1 }
  }

  @Test("disabled: --no-resume makes neither store nor key")
  func disabledMakesNothing() throws {
    let report = try tool.connect(server.port, ["--no-resume"])
    #expect(report.reason == "disabled" && report.ticketsStored == 0)
    #expect(!Tool.exists(tool.store) && !Tool.exists(tool.keyFile))
  }

  @Test("disabled: --no-resume leaves the tickets of a store where they are, and offers none")
  func disabledTouchesNothing() throws {
    try tool.connect(server.port)
    let before = tool.storeFiles
    let report = try tool.connect(server.port, ["--no-resume"])
    #expect(report.handshake == "full" && report.reason == "disabled")
    #expect(tool.storeFiles == before)
    #expect(offers(2) == [0, 0])
  }

  @Test("expired: a ticket past its lifetime is not offered")
  func expired() throws {
    server.update { $0.tickets.announcedLifetime = 1 }
    try tool.connect(server.port)
    usleep(2_050_000)
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "expired")
    #expect(offers(2) == [0, 0])
  }

  @Test("retried: a handshake that fails with the ticket is made again without")
  func retried() throws {
    try tool.connect(server.port)
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "retried" && report.ticketsStored == 2)
    #expect(offers(3) == [0, 1, 0])
    #expect(server.connections[1].failedByScript && !server.connections[2].isResumed)
  }

  @Test(
    "policyChanged: another ALPN list, priority or way of verifying doesn't use the tickets",
    arguments: [
      ["--alpn", "http/1.1"], ["--priority", "NORMAL"],
      ["--cert", Fixture.ecdsa.clientCertificate, "--key", Fixture.ecdsa.clientKey],
    ])
  func policyChanged(options: [String]) throws {
    try tool.connect(server.port)
    let report = try tool.connect(server.port, options)
    #expect(report.handshake == "full" && report.reason == "policyChanged")
    #expect(offers(2) == [0, 0])
    #expect(try tool.connect(server.port, options).isResumed)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("policyChanged: what was made without verifying is never used when verifying")
  func insecureFirst() throws {
    var careless = tool
    careless.trust = .insecure
    #expect(try careless.connect(server.port).reason == "noTicket")
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "policyChanged")
    #expect(offers(2) == [0, 0])
    #expect(try careless.connect(server.port).isResumed)
  }

  @Test("noTicket: another server name, or another port, is another server")
  func otherServer() throws {
    var careless = tool
    careless.trust = .insecure
    let second = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    try careless.connect(server.port)
    #expect(try careless.connect(second.port).reason == "noTicket")
    #expect(try careless.connect(server.port, ["--server-name", "localhost.test"]).reason == "noTicket")
    #expect(try careless.connect(server.port).isResumed)
  }

  @Test("noTicket: a key that was deleted is an empty store")
  func deletedKey() throws {
    try tool.connect(server.port)
    try FileManager.default.removeItem(atPath: tool.keyFile)
    #expect(try tool.connect(server.port).reason == "noTicket")
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("trustChanged: with a trust file that lacks the authority, the chain is refused and nothing is offered")
  func trustReplaced() throws {
    var tool = tool
    let trust = try tool.folder.write("ca.pem", Array(try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.root))))
    tool.trust = .file(trust)
    #expect(try tool.connect(server.port, times: 2).last?.isResumed == true)
    try FileManager.default.removeItem(atPath: trust)
    try FileManager.default.copyItem(atPath: Fixture.ecdsa.otherRoot, toPath: trust)
    let result = try tool.run(tool.connectArguments(server.port))
    #expect(result.isFailure(saying: "is not trusted"))
    #expect(offers(3) == [0, 1, 0])
  }

  @Test("trustChanged: also if the other trust file has the same size and time")
  func trustReplacedUnseen() throws {
    var tool = tool
    let contents = [Fixture.ecdsa.root, Fixture.ecdsa.otherRoot].map {
      FileManager.default.contents(atPath: $0) ?? Data()
    }
    let size = try #require(contents.map(\.count).max())
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    let trust = tool.folder.file("ca.pem")
    func place(_ data: Data) throws {
      try (data + Data(repeating: 0x0a, count: size - data.count)).write(to: URL(fileURLWithPath: trust))
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: trust)
    }
    tool.trust = .file(trust)
    try place(contents[0])
    #expect(try tool.connect(server.port, times: 2).last?.isResumed == true)
    try place(contents[1])
    #expect(try tool.run(tool.connectArguments(server.port)).isFailure(saying: "is not trusted"))
    #expect(offers(3) == [0, 1, 0])
  }

  @Test("trustChanged: a server that has moved to a new authority is met with a full handshake, and says why")
  func serverMovesToAnotherAuthority() throws {
    var tool = tool
    let old = try GeneratedCertificate()
    let new = try GeneratedCertificate()
    try server.replaceCertificates([old.serverCertificate])
    tool.trust = .file(try tool.folder.write("ca.pem", old.authority))
    try tool.connect(server.port)
    try server.replaceCertificates([new.serverCertificate])
    tool.trust = .file(try tool.folder.write("ca.pem", new.authority))
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "trustChanged")
    #expect(offers(2) == [0, 0])
    #expect(try tool.connect(server.port).isResumed)
  }
}
