import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A new verdict is written for the tickets of the same full handshake, and for no others")
struct SiblingTests {
  private struct Stored {
    let expiry: Int64
    let contents: TicketContents
  }

  private func stored(_ client: Client) throws -> [Stored] {
    let ring = KeyRing(newest: try Client.masterKey())
    return try client.storedRecords().map { key, record in
      let contents = try #require(ring.contents(of: record, identity: key.place.identity))
      return Stored(expiry: record.header.expiry, contents: contents)
    }
  }

  @Test("of two full handshakes' tickets those are renewed that go back to the same one; nothing else changes")
  func renewed() throws {
    var script = ServerScript()
    script.tickets.count = 4
    var client = try Client(script)
    client.policy.verdictLifetime = 3600
    try client.visit()
    let other = FullHandshake(id: [UInt8](repeating: 9, count: FullHandshake.idSize), time: client.clock.now.seconds)
    var count = 0
    try client.rewriteRecords { contents in
      count += 1
      if count.isMultiple(of: 2) { contents.fullHandshake = other }
    }
    client.server.update { $0.tickets.count = 0 }
    client.clock.advance(seconds: 3601)
    let before = try stored(client)
    #expect(try client.visitAnew().outcome.isResumed)
    let after = try stored(client)
    #expect(after.count == 3)
    let isOtherClaimed = after.count { $0.contents.fullHandshake == other } == 1
    for ticket in after {
      let old = try #require(before.first { $0.contents.sessionData == ticket.contents.sessionData })
      let isRenewed = (ticket.contents.fullHandshake == other) == isOtherClaimed
      var expected = old.contents
      if isRenewed { expected.verdict = ticket.contents.verdict }
      #expect(ticket.contents == expected && ticket.expiry == old.expiry)
      #expect((ticket.contents.verdict?.time == old.contents.verdict?.time) == !isRenewed)
    }
  }

  @Test("what a listing says of a TLS 1.2 session doesn't make it a ticket, nor last longer")
  func listing() throws {
    var client = try Client(Mode.tls12Ticket.script, store: ListingStore(kind: .ticket))
    client.policy.verdictLifetime = 3600
    try client.visit()
    let expiry = try client.storedRecords().map(\.record.header.expiry)
    client.clock.advance(seconds: 3601)
    #expect(try client.visitAnew().outcome.isResumed)
    #expect(try client.storedRecords().map(\.record.header.kind) == [.session])
    #expect(try client.storedRecords().map(\.record.header.expiry) == expiry)
    // As if it had been negotiated under another configuration of GnuTLS's.
    try client.rewriteRecords { $0.configuration = nil }
    #expect(try client.visitAnew().outcome.reason == .policyChanged)
  }

  @Test("the verdict on a peer of somebody else's session data is not written for ours, nor are its tickets kept")
  func foreign() throws {
    let folder = try TemporaryFolder()
    let roots = try ["ecdsa-root.pem", "rsa-root.pem"].map {
      try String(contentsOfFile: Client.fixture($0), encoding: .utf8)
    }
    let client = try Client()
    let foreign = try client.foreignSessionData()
    var application = AttachTests.Application(client: client)
    application.verification = .engineVerifies(.file(try folder.write("trust.pem", roots.joined())))
    try application.run()
    client.clock.advance(seconds: 60)
    let before = try stored(client)
    application.afterAttaching = { #expect($0.setData(foreign) == 0) }
    let outcome = try application.run()
    #expect(outcome.isResumed && outcome.ticketsReceived > 0 && outcome.ticketsStored == 0)
    #expect(outcome.notStored.entries.map(\.reason) == [.unknownOrigin])
    let after = try stored(client)
    #expect(after.count == 1)
    #expect(after.allSatisfy { ticket in before.contains { $0.contents == ticket.contents } })
  }

  @Test("refused after the resumption by the priority's profile: made again in full, and the siblings are gone")
  func refusedAfterResumption() throws {
    let root = try CertificateAuthority()
    var weak = CertificateOptions()
    weak.keyType = .rsa1024
    var client = try Client(
      serving: root.issue(weak).serverCertificate, trusting: .anchors(pem: root.certificate))
    client.configuration.priority = "NORMAL:%PROFILE_MEDIUM"
    // Its tickets, as if they had been judged: the stored chain is verified without knowing the profile.
    let verification = client.configuration.verification
    client.configuration.verification = .insecure
    try client.visit()
    client.configuration.verification = verification
    try client.moveRecords(toPriority: client.configuration.priority)
    try client.server.replaceCertificates([root.issue().serverCertificate])
    let before = try stored(client)
    #expect(before.count == 2)
    #expect(try client.visit().reason == .retried)
    #expect(client.server.waitForConnections(3)[1].isResumed)
    let after = try stored(client)
    #expect(after.count == 2)
    #expect(after.allSatisfy { $0.contents.fullHandshake != before[0].contents.fullHandshake })
  }
}

/// Says of all that it lists that it is of one kind, and lasts for ever.
final class ListingStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()
  private let kind: RecordKind

  init(kind: RecordKind) { self.kind = kind }

  func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try base.select(server: server).map {
      RecordSummary(key: $0.key, kind: kind, inserted: $0.inserted, expiry: .max, byteCount: $0.byteCount)
    }
  }
}
