import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("The verdict on a peer is believed while it is young, and all that it depended on unchanged")
struct VerdictTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func copy(_ fixture: String, to name: String) throws -> String {
    let path = folder.file(name)
    try Data(contentsOf: URL(fileURLWithPath: Client.fixture(fixture))).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("a resumed run loads no trust, by the stamps of files that have stood for a while", arguments: Mode.allCases)
  func trustNotLoaded(mode: Mode) throws {
    let client = try Client(mode.script)
    #expect(try client.visitAnew().loadedTrust)
    for _ in 0..<3 {
      let (outcome, loadedTrust) = try client.visitAnew()
      #expect(outcome.isResumed && !loadedTrust)
    }
  }

  @Test("nor does it where a file that was just written has the same contents, or was written again")
  func justWritten() throws {
    var client = try Client()
    let path = try copy("ecdsa-root.pem", to: "trust.pem")
    client.policy = .file(path)
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    var (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    _ = try copy("ecdsa-root.pem", to: "trust.pem")
    (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
  }

  @Test("past its lifetime it is made again, once for all tickets of the full handshake", arguments: Mode.allCases)
  func tooOld(mode: Mode) throws {
    var client = try Client(mode.script)
    client.policy.verdictLifetime = 3600
    try client.visit()
    client.clock.advance(seconds: 3601)
    var (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
    // By a sibling, and by a ticket of the connection that was judged anew: newest first, so both are used up in turn.
    for _ in 0..<3 {
      (outcome, loadedTrust) = try client.visitAnew()
      #expect(outcome.isResumed && !loadedTrust)
    }
  }

  @Test("its lifetime is a day unless set: with a ticket that lives for longer")
  func aDay() throws {
    var script = ServerScript()
    script.tickets.lifetime = 7 * 24 * 3600
    let client = try Client(script)
    try client.visit()
    client.clock.advance(seconds: 24 * 3600 - 60)
    #expect(try !client.visitAnew().loadedTrust)
    client.clock.advance(seconds: 61)
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("with a lifetime of 0 the peer is verified every time", arguments: Mode.allCases)
  func everyTime(mode: Mode) throws {
    var client = try Client(mode.script)
    client.policy.verdictLifetime = 0
    try client.visit()
    for _ in 0..<2 {
      let (outcome, loadedTrust) = try client.visitAnew()
      #expect(outcome.isResumed && loadedTrust)
    }
  }

  @Test("past its lifetime, and the CA taken out meanwhile: not offered, and refused", arguments: Mode.allCases)
  func tooOldAndUntrusted(mode: Mode) throws {
    var client = try Client(mode.script)
    client.policy = .file(try copy("ecdsa-root.pem", to: "trust.pem"))
    client.policy.verdictLifetime = 3600
    try client.visit()
    client.clock.advance(seconds: 3601)
    _ = try copy("rsa-root.pem", to: "trust.pem")
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
    // What isn't trusted now is left for those who trust it.
    #expect(try client.store.count().records > 0)
  }

  @Test("the clock before it: made again", arguments: Mode.allCases)
  func beforeIt(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    let now = client.clock.now.seconds
    try client.rewriteRecords { contents in contents.verdict?.time = now + 1000 }
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("a clock set back to before the session was made: not offered", arguments: Mode.allCases)
  func clockSetBack(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    client.clock.advance(seconds: -3600)
    #expect(try client.visit().reason == .expired)
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("a file in a trust folder rewritten in place: verified again", arguments: Mode.allCases)
  func folderRewritten(mode: Mode) throws {
    var client = try Client(mode.script)
    _ = try copy("rsa-root.pem", to: "a.pem")
    _ = try copy("ecdsa-root.pem", to: "b.pem")
    try folder.write("README", "no certificate")
    client.policy = .folder(folder.path)
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    _ = try copy("ecdsa-root.pem", to: "b.pem")
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
    _ = try copy("ecdsa-other-root.pem", to: "b.pem")
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("a trust folder that has stood for a while: its entries' stamps are enough")
  func folderUnchanged() throws {
    var client = try Client()
    client.policy = .folder(Fixture.folder)
    try client.visitAnew()
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
  }

  @Test("anchors in memory: the same are believed, others are not", arguments: Mode.allCases)
  func memory(mode: Mode) throws {
    var client = try Client(mode.script)
    let root = Array(try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-root.pem"))))
    client.policy = .anchors(pem: root)
    try client.visitAnew()
    var (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    client.policy = .anchors(pem: root + [10])
    (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
    client.policy = .anchors(pem: Array(try Data(contentsOf: URL(fileURLWithPath: Client.fixture("rsa-root.pem")))))
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
  }

  @Test("anchors from elsewhere, though the same: verified again")
  func otherSource() throws {
    var client = try Client()
    try client.visit()
    client.policy = .folder(Fixture.folder)
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("a trust file of garbage costs one ticket, and is named in the error")
  func garbage() throws {
    var client = try Client()
    let path = try copy("ecdsa-root.pem", to: "trust.pem")
    client.policy = .file(path)
    try client.visit()
    for garbage in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      let before = try client.store.count().tickets
      try folder.write("trust.pem", garbage)
      let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
      #expect(error?.message.contains(path) == true)
      #expect(try client.store.count().tickets >= before - 1)
      _ = try copy("ecdsa-root.pem", to: "trust.pem")
      #expect(try client.visitAnew().outcome.isResumed)
    }
  }
}

extension Client {
  /// Opens every record of this client, changes its contents, and seals it again in the same place.
  func rewriteRecords(_ change: (inout TicketContents) throws -> Void) throws {
    let ring = try #require(try resumption().keyRing(create: false))
    var keys: [RecordKey] = []
    try store.forEachRecord { summary in
      keys.append(summary.key)
      return true
    }
    for key in keys {
      let record = try #require(try store.read(key))
      var contents = try #require(ring.contents(of: record, identity: key.place.identity))
      try change(&contents)
      let changed = try #require(
        try RecordSeal.seal(
          contents.bytes, kind: record.header.kind, expiry: record.header.expiry, identity: key.place.identity,
          key: ring.newest))
      #expect(try store.replace(key, by: changed, now: clock.now))
    }
  }
}
