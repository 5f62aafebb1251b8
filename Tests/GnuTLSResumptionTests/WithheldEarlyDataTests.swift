import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Early data aren't sent early")
struct WithheldEarlyDataTests {
  /// Connects once more: answered, with a resumption, without early data, and for this reason.
  private func expectWithheld(
    _ client: EarlyClient, _ reason: EarlyDataReason, connection number: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try client.exchange(sourceLocation: sourceLocation)
    #expect(outcome.isResumed && outcome.earlyData == .notOffered(reason), sourceLocation: sourceLocation)
    let seen = try client.seen(number, sourceLocation: sourceLocation)
    #expect(seen.clientHello?.offersEarlyData == false, sourceLocation: sourceLocation)
    #expect(seen.received == Array(EarlyClient.request.utf8), sourceLocation: sourceLocation)
  }

  @Test("with a ticket that allows none")
  func notAllowed() throws {
    let client = try EarlyClient { $0.maxEarlyData = 0 }
    try client.exchange()
    try expectWithheld(client, .notAllowed, connection: 2)
  }

  @Test(
    "with a ticket past half of its lifetime, or older than six hours, or of a time to come; expired, there is no offer"
  )
  func age() throws {
    for (lifetime, seconds, isFresh) in [
      (1_000, 400, true), (1_000, 600, false), (80_000, 20_000, true), (80_000, 22_000, false),
      (15, 0, true), (5, 0, false),
    ] {
      let client = try EarlyClient { $0.tickets.lifetime = lifetime }
      try client.exchange()
      client.client.clock.advance(seconds: Int64(seconds))
      let outcome = try client.exchange()
      #expect(outcome.earlyData == (isFresh ? .accepted : .notOffered(.age)), "\(lifetime) \(seconds)")
    }
    for seconds in [Int64(200), -10] {
      let client = try EarlyClient { $0.tickets.lifetime = 100 }
      try client.exchange()
      client.client.clock.advance(seconds: seconds)
      let outcome = try client.exchange()
      #expect(outcome.reason == .expired && outcome.earlyData == .notOffered(.noTicket))
    }
  }

  @Test("with a ticket of another boot")
  func otherBoot() throws {
    let client = try EarlyClient()
    try client.exchange()
    try client.changeStored { $0.bootID[0] ^= 1 }
    try expectWithheld(client, .otherMarks, connection: 2)
    #expect(try client.exchange().earlyData == .accepted)
  }

  @Test("with a ticket that is older than the marks, as after a logout; the next one carries some again")
  func otherMarks() throws {
    let client = try EarlyClient()
    try client.exchange()
    try FileManager.default.removeItem(atPath: client.marks.file("marks"))
    try expectWithheld(client, .otherMarks, connection: 2)
    #expect(try client.exchange().earlyData == .accepted)
    // Made by another in the meantime.
    try FileManager.default.removeItem(atPath: client.marks.file("marks"))
    let other = EarlyDataMarks(at: FolderPlace(RawPath(client.marks.file("marks"))))
    #expect(try other.id(create: true)?.count == EarlyDataMarks.idSize)
    try expectWithheld(client, .otherMarks, connection: 4)
  }

  @Test("with a ticket that was kept where marks are elsewhere, or nowhere")
  func keptElsewhere() throws {
    var client = try EarlyClient()
    try client.exchange()
    client.client.configuration.earlyDataMarks = RawPath(client.marks.file("others"))
    try expectWithheld(client, .otherMarks, connection: 2)
    // A plain connection makes no place for marks.
    let plain = try EarlyClient()
    try plain.client.exchange()
    #expect(!FileManager.default.fileExists(atPath: plain.marks.file("marks")))
    try expectWithheld(plain, .otherMarks, connection: 2)
    #expect(try plain.exchange().earlyData == .accepted)
  }

  @Test("where marks can't be made, or would outlive the boot")
  func noMarks() throws {
    let disk = try TemporaryFolder(in: TemporaryFolder.disk)
    for change in ["disk", "open", "file", "damaged"] {
      var client = try EarlyClient()
      try client.exchange()
      let folder = client.marks.file("marks")
      switch change {
      case "disk": client.client.configuration.earlyDataMarks = RawPath(disk.file("marks"))
      case "open": try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
      case "file":
        try FileManager.default.removeItem(atPath: folder)
        try client.marks.write("marks", "")
      default:
        try FileManager.default.removeItem(atPath: folder + "/id")
        try FileManager.default.createSymbolicLink(atPath: folder + "/id", withDestinationPath: "x")
      }
      try expectWithheld(client, .noMarks, connection: 2)
      #expect(try client.exchange().isResumed, "\(change)")
    }
  }

  @Test("where the engine doesn't verify by itself, and before anything is sent")
  func verification() throws {
    var client = try EarlyClient()
    let application = unsafe Verification.applicationVerifies { _ in true }
    for verification in [Verification.insecure, application] {
      client.client.configuration.verification = verification
      let before = client.client.server.connections.count
      try client.exchange()
      try expectWithheld(client, .verification, connection: before + 2)
    }
    client = try EarlyClient()
    client.client.policy.verdictLifetime = 0
    try client.exchange()
    try expectWithheld(client, .verdict, connection: 2)
  }

  @Test("where the server had asked for a client's certificate, by all tickets that come of it")
  func askedForCertificate() throws {
    let client = try EarlyClient { $0.clientCertificate = .requested }
    try client.exchange()
    client.client.server.update { $0.clientCertificate = .ignored }
    for number in 2...3 { try expectWithheld(client, .notAllowed, connection: number) }
    try client.client.store.removeAll()
    try client.exchange()
    #expect(try client.exchange().earlyData == .accepted)
  }

  @Test("where the client has a certificate to show")
  func clientCertificate() throws {
    var client = try EarlyClient()
    client.client.configuration.clientCertificate = PEMKeyPair(
      certificate: Fixture.ecdsa.clientCertificate, key: Fixture.ecdsa.clientKey)
    try client.exchange()
    try expectWithheld(client, .clientCertificate, connection: 2)
  }

  @Test("with a ticket that other machines may have")
  func shared() throws {
    var client = try EarlyClient()
    let (shared, key) = (MemoryStore(), KeyRing(newest: try Client.masterKey(9)))
    client.client.configuration.resumption = Resumption(
      store: client.client.store, masterKey: .keys(KeyRing(newest: try Client.masterKey())),
      sharing: Sharing(of: .all, in: shared, masterKey: .keys(key)))
    try client.exchange()
    try expectWithheld(client, .shared, connection: 2)
  }

  @Test("with a cipher that isn't allowed any more: it is GnuTLS who finds that out")
  func cipher() throws {
    var client = try EarlyClient()
    try client.exchange()
    client.client.configuration.priority = "NORMAL:-AES-256-GCM"
    try client.client.moveRecords(toPriority: client.client.configuration.priority)
    let outcome = try client.exchange()
    #expect(outcome.reason == .retried && outcome.earlyData == .notOffered(.cipher))
    #expect(client.client.server.waitForConnections(3).allSatisfy { $0.clientHello?.offersEarlyData == false })
  }

  @Test(
    "where the session's group isn't one whose key share is sent, nor where the server chooses now one, now another")
  func group() throws {
    var client = try EarlyClient { $0.groups = ["SECP384R1"] }
    client.client.configuration.priority = "NORMAL"
    try client.exchange()
    try expectWithheld(client, .group, connection: 2)
    // By default the group that the server has chosen leads.
    client = try EarlyClient { $0.groups = ["SECP384R1"] }
    try client.exchange()
    #expect(try client.exchange().earlyData == .accepted)
    client.client.server.update { $0.groups = ["SECP256R1", "SECP384R1"] }
    try client.client.store.removeAll()
    try client.exchange()
    client.client.server.update { $0.groups = ["SECP521R1"] }
    try client.client.exchange()
    try expectWithheld(client, .group, connection: client.client.server.connections.count + 1)
  }

  @Test("in a partition the ticket's own group counts, as nobody remembers one")
  func partition() throws {
    var client = try EarlyClient()
    client.client.configuration.partition = "tab"
    try client.exchange()
    #expect(try client.exchange().earlyData == .accepted)
  }

  @Test("with a ticket that has carried some: it isn't offered at all, whatever its store gives back")
  func used() throws {
    let client = try EarlyClient()
    try client.exchange()
    let before = try client.client.storedRecords()
    #expect(try client.exchange().earlyData == .accepted)
    for (key, _) in try client.client.storedRecords() { try client.client.store.remove(key, because: .explicit) }
    for (key, record) in before { try client.client.store.insert(record, at: key.place, now: client.client.clock.now) }
    let outcome = try client.exchange()
    #expect(outcome.reason == .noTicket, "\(outcome)")
    #expect(outcome.earlyData == .notOffered(.used))
    let seen = try client.seen(3)
    #expect(seen.clientHello?.pskIdentities.isEmpty == true && seen.received == Array(EarlyClient.request.utf8))
  }
}
