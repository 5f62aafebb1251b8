import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import Synchronization
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("No trouble with the store breaks a connection")
struct StoreFailureTests {
  private func client(store: String? = nil, key: String? = nil) throws -> (Client, TemporaryFolder) {
    let folder = try TemporaryFolder()
    var client = try Client()
    client.configuration.resumption = Resumption(
      folder: store ?? folder.file("store"), masterKey: .file(key ?? folder.file("key")))
    return (client, folder)
  }

  @Test(
    "a store path that is a file, lies in one, or is empty: full, storeUnavailable",
    arguments: ["/dev/null", "/dev/null/x", ""])
  func notAFolder(path: String) throws {
    let (client, _) = try client(store: path)
    for _ in 0..<2 {
      let outcome = try client.exchange()
      #expect(outcome.reason == .storeUnavailable)
      #expect(outcome.storeError != nil)
    }
  }

  @Test("a key that can't be had: full, storeUnavailable", arguments: ["/dev/null", "/proc/nothing/key", ""])
  func noKey(path: String) throws {
    let (client, _) = try client(key: path)
    #expect(try client.exchange().reason == .storeUnavailable)
  }

  @Test("a store that fails only when tickets are to be kept: resumed, with the error told")
  func failsAtKeep() throws {
    let store = FailingStore()
    let client = try Client(store: store)
    try client.visit()
    store.failsInserting.store(true, ordering: .relaxed)
    let outcome = try client.exchange()
    #expect(outcome.isResumed)
    #expect(outcome.ticketsReceived == 2)
    #expect(outcome.ticketsStored == 0)
    #expect(outcome.storeError?.code == .unavailable)
  }

  @Test("a store that was closed is a store that can't be used")
  func closed() throws {
    let client = try Client()
    client.store.close()
    let outcome = try client.exchange()
    #expect(outcome.reason == .storeUnavailable)
    #expect(outcome.storeError?.code == .closed)
  }

  @Test("an id that is taken leads to another seal, three times at most")
  func idCollision() throws {
    let store = FailingStore()
    let client = try Client(store: store)
    store.collisions.store(2, ordering: .relaxed)
    #expect(try client.visit().ticketsStored == 2)
    store.collisions.store(100, ordering: .relaxed)
    #expect(try client.visit().storeError?.code == .idExists)
  }

  @Test("one line in the log tells of the store's trouble")
  func logged() throws {
    let lines = Lock<[String]>([])
    let folder = try TemporaryFolder()
    var client = try Client()
    client.configuration.resumption = Resumption(
      folder: "/dev/null", masterKey: .file(folder.file("key")),
      options: ResumptionOptions(log: { line in lines.withLock { $0.append(line) } }))
    try client.exchange()
    #expect(lines.withLock { $0.filter { $0.contains("/dev/null") }.count } == 1)
  }
}

/// A memory store whose writing can be made to fail.
final class FailingStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()
  let failsInserting = Atomic(false)
  let collisions = Atomic(0)

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    if failsInserting.load(ordering: .relaxed) { throw StoreError(.unavailable, "made to fail", place: "test") }
    if collisions.load(ordering: .relaxed) > 0 {
      collisions.subtract(1, ordering: .relaxed)
      throw StoreError(.idExists, "made to collide", place: "test")
    }
    try base.insert(record, at: place, generation: generation, now: now)
  }
}
