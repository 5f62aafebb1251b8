import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A record's file renamed to another identity's name")
struct MovedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var files: RecordFiles { RecordFiles(store: folder.file("store")) }

  private func client(_ mode: Mode) throws -> Client {
    try Client(mode.script, store: DirectoryStore(path: folder.file("store")))
  }

  /// Renames the files there are to those of this identity. Returns their new paths.
  private func rename(to place: StoreKey) throws -> [String] {
    try files.paths.map { path in
      let old = try #require(RecordFiles.name(of: path))
      #expect(old.place != place && old.place.server == place.server)
      let name = RecordFileName(
        place: place, inserted: old.inserted, expiry: old.expiry, byteCount: old.byteCount, kind: old.kind, id: old.id)
      let moved = path.replacing(
        String(decoding: old.bytes, as: UTF8.self), with: String(decoding: name.bytes, as: UTF8.self))
      try FileManager.default.moveItem(atPath: path, toPath: moved)
      return moved
    }
  }

  private func place(_ client: Client, _ verification: VerificationKind) throws -> StoreKey {
    let identity = ConnectionIdentity(
      server: ServerIdentity(name: "localhost", port: client.server.port), priority: client.configuration.priority)
    return try IdentityDigests.place(of: identity, verification: verification, key: try Client.masterKey())
  }

  @Test(
    "from the insecure identity to the verifying one: it doesn't open, goes, and the peer is verified",
    arguments: Mode.allCases)
  func insecureToVerifying(mode: Mode) throws {
    var client = try client(mode)
    let verification = client.configuration.verification
    client.configuration.verification = .insecure
    try client.exchange()
    client.configuration.verification = verification
    let moved = try rename(to: place(client, .engine(pins: [])))
    #expect(moved.count == (mode == .tls13 ? 2 : 1) && moved.allSatisfy(RecordFiles.exists))
    #expect(try client.exchange().reason == .damaged)
    #expect(!moved.contains(where: RecordFiles.exists))
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
    #expect(try client.exchange().isResumed)
  }

  @Test("the same with a peer that isn't trusted: refused", arguments: Mode.allCases)
  func insecureToRefusing(mode: Mode) throws {
    var client = try client(mode)
    client.configuration.verification = .insecure
    try client.exchange()
    client.configuration.verification = .engineVerifies(.file(Client.fixture("ecdsa-other-root.pem")))
    let moved = try rename(to: place(client, .engine(pins: [])))
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .notTrusted)
    #expect(!moved.contains(where: RecordFiles.exists))
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("from the verifying identity to the insecure one: it doesn't open either", arguments: Mode.allCases)
  func verifyingToInsecure(mode: Mode) throws {
    var client = try client(mode)
    try client.exchange()
    client.configuration.verification = .insecure
    let moved = try rename(to: place(client, .none))
    #expect(try client.exchange().reason == .damaged)
    #expect(!moved.contains(where: RecordFiles.exists))
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("to its own identity's name, under another time: it is the same record, and is resumed")
  func sameIdentity() throws {
    let client = try client(.tls13)
    try client.exchange()
    for path in files.paths {
      let old = try #require(RecordFiles.name(of: path))
      let name = RecordFileName(
        place: try place(client, .engine(pins: [])), inserted: old.inserted.advanced(bySeconds: -10),
        expiry: old.expiry,
        byteCount: old.byteCount, kind: old.kind, id: old.id)
      try FileManager.default.moveItem(
        atPath: path,
        toPath: path.replacing(
          String(decoding: old.bytes, as: UTF8.self), with: String(decoding: name.bytes, as: UTF8.self)))
    }
    #expect(try client.exchange().isResumed)
  }
}
