import Foundation
import Glibc
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// Something else in the place of a record, met by a connection: a full handshake, nothing offered, and it is gone.
@Suite("A connection meets something else in the place of a record")
struct ReplacedFileTests {
  enum Replacement: String, CaseIterable {
    case empty, tooLong, fifo, device, folder, link, socket
    case ofAnotherGnuTLS, underAnotherKey, underAnotherKeyThatSaysOurs, ofAnotherKind

    /// Device files are for root.
    static var possible: [Replacement] { allCases.filter { $0 != .device || geteuid() == 0 } }

    func apply(to path: String) throws {
      switch self {
      case .empty: return try Self.check(unsafe truncate(path, 0))
      case .tooLong: return try Self.check(unsafe truncate(path, 64 << 20))
      case .ofAnotherGnuTLS, .underAnotherKey, .underAnotherKeyThatSaysOurs, .ofAnotherKind:
        return try reseal(path)
      case .fifo, .device, .folder, .link, .socket: break
      }
      try FileManager.default.removeItem(atPath: path)
      switch self {
      case .fifo: try Self.check(unsafe mkfifo(path, 0o600))
      // The number of /dev/zero, which never ends.
      case .device: try Self.check(unsafe mknod(path, S_IFCHR | 0o600, 0x105))
      case .socket: try Self.check(unsafe mknod(path, S_IFSOCK | 0o600, 0))
      case .folder: try Self.check(unsafe mkdir(path, 0o700))
      default: try Self.check(unsafe symlink("/dev/zero", path))
      }
    }

    /// Puts a record in the place of another that differs from it in one respect, and only inside.
    private func reseal(_ path: String) throws {
      let record = try RecordFiles.record(at: path)
      let name = try #require(RecordFiles.name(of: path))
      let ours = try Client.masterKey()
      var contents = try #require(KeyRing(newest: ours).contents(of: record, identity: name.place.identity))
      if self == .ofAnotherGnuTLS { contents.becomeForeign() }
      let key = self == .ofAnotherGnuTLS || self == .ofAnotherKind ? ours : try Client.masterKey(9)
      let header = record.header
      let otherKind: RecordKind = header.kind == .ticket ? .session : .ticket
      let resealed = try RecordSeal.seal(
        contents.bytes, kind: self == .ofAnotherKind ? otherKind : header.kind, expiry: header.expiry,
        identity: name.place.identity, key: key)
      var sealed = try #require(resealed)
      if self == .underAnotherKeyThatSaysOurs || self == .ofAnotherKind {
        let forged = RecordHeader(
          kind: header.kind, id: sealed.header.id, expiry: header.expiry, masterKeyID: ours.id)
        sealed = try #require(SealedRecord(header: forged, contents: sealed.contents))
      }
      let newName = RecordFileName(
        place: name.place, inserted: name.inserted, expiry: name.expiry, byteCount: sealed.bytes.count,
        kind: name.kind, id: sealed.header.id)
      _ = try RecordFiles.write(sealed.bytes, named: newName, beside: path)
      try FileManager.default.removeItem(atPath: path)
    }

    private static func check(_ status: Int32) throws { try #require(status == 0, "errno \(errno)") }
  }

  @Test("for a TLS 1.3 ticket and a TLS 1.2 session", arguments: Mode.allCases, Replacement.possible)
  func replaced(mode: Mode, replacement: Replacement) throws {
    let folder = try TemporaryFolder()
    let files = RecordFiles(store: folder.file("store"))
    let client = try Client(mode.script, store: DirectoryStore(path: folder.file("store")))
    try client.exchange()
    for path in files.paths { try replacement.apply(to: path) }
    let replaced = files.paths
    #expect(replaced.count == (mode == .tls13 ? 2 : 1))
    let outcome = try client.exchange()
    #expect(outcome.reason == .damaged && outcome.storeError == nil)
    #expect(!replaced.contains(where: RecordFiles.exists))
    #expect(try client.exchange().isResumed)
    let seen = client.server.waitForConnections(3)
    #expect(seen.map(\.isResumed) == [false, false, true])
    #expect(seen.map { $0.clientHello?.offersResumption } == [false, false, true])
  }
}
