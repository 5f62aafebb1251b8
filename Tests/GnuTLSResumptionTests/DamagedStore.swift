import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A client with a store on disk into which damaged records are put; it stores nothing more itself.
struct DamagedStore {
  typealias Damage = (_ bytes: [UInt8]) -> [UInt8]

  /// How a file that holds damaged bytes is called.
  enum Naming: String, CaseIterable {
    /// As before the damage.
    case asBefore
    /// As a store would call a record of these bytes: only the seal can tell.
    case asItsBytes
  }

  /// How many records one connection meets: fewer than it looks at before it goes on without.
  private static let batch = 15

  private let folder: TemporaryFolder
  private let client: Client
  /// The file of a real record, which is gone by now.
  private let path: String
  private let name: RecordFileName
  /// The same session sealed several times.
  private let records: [SealedRecord]

  /// Takes a record as a connection stores it.
  init(_ mode: Mode) throws {
    folder = try TemporaryFolder()
    var client = try Client(mode.script, store: DirectoryStore(path: folder.file("store")))
    try client.visit()
    client.server.update { $0.tickets.count = 0 }
    client.configuration.resumption = try client.resumption(mayStore: { _ in false })
    self.client = client
    path = try #require(RecordFiles(store: folder.file("store")).paths.first)
    name = try #require(RecordFiles.name(of: path))
    let original = try RecordFiles.record(at: path)
    let identity = name.place.identity
    let master = try Client.masterKey()
    let contents = try #require(RecordSeal.open(original, identity: identity, key: master))
    records = try (0..<Self.batch).map { _ in
      let record = try RecordSeal.seal(
        contents, kind: original.header.kind, expiry: original.header.expiry, identity: identity, key: master)
      return try #require(record)
    }
    try client.store.removeAll()
  }

  /// How many bytes a record has.
  var byteCount: Int { records.first?.bytes.count ?? 0 }

  /// Damages a record in each way, puts them into the store, and connects.
  func connect(
    _ damages: some Sequence<Damage>, naming: Naming
  ) throws -> (outcome: Outcome, leftOver: [String]) {
    var paths: [String] = []
    for (number, (damage, whole)) in zip(damages, records).enumerated() {
      let bytes = damage(whole.bytes)
      let name = self.name(bytes, of: whole, naming, number)
      paths.append(try RecordFiles.write(bytes, named: name, beside: path))
    }
    let outcome = try client.visit()
    return (outcome, paths.filter(RecordFiles.exists))
  }

  /// Every damage leads to a full handshake without an offer, and none of the records stays.
  func expectDamaged(_ damages: [Damage], naming: Naming) throws {
    for start in stride(from: 0, to: damages.count, by: Self.batch) {
      let batch = damages[start..<min(start + Self.batch, damages.count)]
      let (outcome, leftOver) = try connect(batch, naming: naming)
      #expect(outcome.reason == .damaged && outcome.storeError == nil, "damages from \(start)")
      #expect(leftOver.isEmpty, "damages from \(start)")
    }
    let seen = client.server.connections
    #expect(seen.count == 1 + (damages.count + Self.batch - 1) / Self.batch)
    #expect(seen.allSatisfy { $0.clientHello?.offersResumption == false && !$0.isResumed })
  }

  private func name(
    _ bytes: [UInt8], of whole: SealedRecord, _ naming: Naming, _ number: Int
  ) -> RecordFileName {
    let damagedHeader = naming == .asItsBytes ? RecordHeader(parsing: bytes) : nil
    let header = damagedHeader ?? whole.header
    return RecordFileName(
      place: name.place, inserted: name.inserted.advanced(bySeconds: Int64(number)), expiry: header.expiry,
      byteCount: naming == .asItsBytes ? bytes.count : whole.bytes.count,
      kind: header.kind == .session ? .session : .ticket, id: header.id)
  }
}
