import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A ticket that may be in the store is not the program's")
struct CededTicketTests {
  @Test("a store whose answer is lost: the newest ticket isn't given to the program as well")
  func lostAnswer() throws {
    let client = try Client(oneTicket, store: UnansweringStore())
    let (session, attachment) = try attachAndKeep(client, by: client.resumption())
    #expect(attachment.outcome.storeError?.code == .unavailable)
    #expect(!attachment.cedeNewestTicket())
    withExtendedLifetime(session) { attachment.detach() }
    #expect(try client.store.count().tickets == 1)
  }

  @Test("a store that refuses before it writes: the program has its tickets")
  func refused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("store")
    let client = try Client(oneTicket, store: DirectoryStore(path: path))
    let (first, kept) = try attachAndKeep(client, by: client.resumption())
    withExtendedLifetime(first) { kept.detach() }
    for name in try FileManager.default.contentsOfDirectory(atPath: path + "/client") where name.count == 8 {
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(path)/client/\(name)")
    }
    let master = try Client.masterKey()
    let (session, attachment) = try attachAndKeep(
      client, by: Resumption(store: DirectoryStore(path: path), masterKey: .keys(KeyRing(newest: master))))
    #expect(attachment.outcome.storeError?.code == .unsafe && attachment.outcome.ticketsReceived == 1)
    #expect(attachment.cedeNewestTicket())
    withExtendedLifetime(session) { attachment.detach() }
  }

  private var oneTicket: ServerScript {
    var script = ServerScript()
    script.tickets.count = 1
    return script
  }

  /// A program's connection, up to when its ticket has been kept or not.
  private func attachAndKeep(_ client: Client, by engine: Resumption) throws -> (RawSession, ForeignAttachment) {
    let session = try RawSession(port: client.server.port, caFile: Client.fixture("ecdsa-root.pem"))
    let attachment = unsafe try ForeignAttachment(
      engine, to: session.pointer,
      identity: ConnectionIdentity(server: ServerIdentity(name: "localhost", port: client.server.port)),
      policy: .sessionCredentials, hook: nil)
    #expect(session.handshake() == 0)
    #expect(attachment.handshakeSucceeded())
    session.send("hello")
    _ = session.receive()
    attachment.keep()
    return (session, attachment)
  }
}

/// Inserts, and loses the answer, as a store behind a network may.
private final class UnansweringStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try base.insert(record, at: place, generation: generation, now: now)
    throw StoreError(.unavailable, "no answer", place: "test")
  }
}
