import Foundation
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// The files of a client's store on disk, for tests that put something else in their place.
struct RecordFiles {
  private let store: String

  init(store: String) { self.store = store }

  /// The paths of all records, whatever they are.
  var paths: [String] {
    let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
    return names.filter { Self.name(of: $0) != nil && Self.name(of: $0)?.kind != .note }.map { "\(store)/\($0)" }
      .sorted()
  }

  static func name(of path: String) -> RecordFileName? {
    RecordFileName(parsing: Array((path.split(separator: "/").last ?? "").utf8))
  }

  static func record(at path: String) throws -> SealedRecord {
    let bytes = try #require(FileManager.default.contents(atPath: path))
    return try #require(SealedRecord(Array(bytes)))
  }

  /// Puts bytes into a file of their own, beside another record's.
  static func write(_ bytes: [UInt8], named name: RecordFileName, beside path: String) throws -> String {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let path = "\(folder)/\(String(decoding: name.bytes, as: UTF8.self))"
    try #require(
      FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600]))
    return path
  }

  /// Whether something is there, be it a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }
}
