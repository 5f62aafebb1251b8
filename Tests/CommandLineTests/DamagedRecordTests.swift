import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Whatever stands in the place of a record, the connection works, and the record is gone.
struct DamagedRecordTests {
  private let tool: Tool
  private let server: TLSServer

  /// A way to replace a record, by name so that each is a test case of its own.
  enum Replacement: String, CaseIterable {
    case flippedFirst, flippedMiddle, flippedLast, truncated, extended, empty, huge, fifo, device, folder, link

    func apply(to path: String) throws {
      let files = FileManager.default
      var bytes = Array(files.contents(atPath: path) ?? Data())
      switch self {
      case .flippedFirst: bytes[0] ^= 1
      case .flippedMiddle: bytes[bytes.count / 2] ^= 0x80
      case .flippedLast: bytes[bytes.count - 1] ^= 1
      case .truncated: bytes.removeLast(bytes.count / 2)
      case .extended: bytes.append(0)
      case .empty: bytes = []
      case .huge:
        _ = unsafe truncate(path, 64 << 20)
        return
      case .fifo, .device, .folder, .link:
        try files.removeItem(atPath: path)
        return try makeSpecial(path)
      }
      // Written in place, so that owner and mode stay.
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    }

    private func makeSpecial(_ path: String) throws {
      switch self {
      case .fifo: _ = unsafe mkfifo(path, 0o600)
      // The number of /dev/zero, which never ends.
      case .device: _ = unsafe mknod(path, S_IFCHR | 0o600, 0x105)
      case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
      }
    }

    /// Device files are for root.
    static var possible: [Replacement] { allCases.filter { $0 != .device || geteuid() == 0 } }
  }

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  @Test("A damaged record means a full handshake, exit 0, and the record is gone", arguments: Replacement.possible)
  func damaged(replacement: Replacement) throws {
    try tool.connect(server.port)
    let paths = try tool.replaceRecords(replacement.apply)
    #expect(paths.count == 2)
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "damaged" && report.storeError == nil)
    #expect(report.ticketsStored == 2)
    #expect(server.waitForConnections(2).map { $0.clientHello?.pskIdentities.count } == [0, 0])
    for path in paths { #expect(!Tool.exists(path)) }
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test(
    "A damaged TLS 1.2 session is not used either, and goes", arguments: [Replacement.flippedMiddle, .truncated, .fifo])
  func damagedSession(replacement: Replacement) throws {
    server.update { $0.versions = .tls12 }
    try tool.connect(server.port)
    let path = try #require(tool.records("s").first)
    try replacement.apply(to: path)
    let report = try tool.connect(server.port)
    #expect(report.handshake == "full" && report.reason == "damaged")
    #expect(!Tool.exists(path) && tool.records("s").count == 1)
    #expect(try tool.connect(server.port).isResumed)
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, false, true])
  }

  @Test("Beside a damaged record, a good one is still used")
  func oneOfTwo() throws {
    try tool.connect(server.port)
    let newest = try #require(tool.records().max())
    try Replacement.flippedMiddle.apply(to: newest)
    #expect(try tool.connect(server.port).isResumed)
    #expect(!Tool.exists(newest))
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("A record that was moved to another identity is not used there")
  func moved() throws {
    try tool.connect(server.port)
    try tool.connect(server.port, ["--alpn", "other"])
    let names = tool.records().map { URL(fileURLWithPath: $0) }
    func identity(_ url: URL) -> Substring { url.lastPathComponent.split(separator: "-")[1] }
    let first = try #require(names.first)
    let other = try #require(names.first { identity($0) != identity(first) })
    for url in names where identity(url) == identity(other) {
      let name = url.lastPathComponent.replacing(identity(other), with: identity(first))
      try FileManager.default.moveItem(at: url, to: url.deletingLastPathComponent().appendingPathComponent(name))
    }
    for url in names where identity(url) == identity(first) { try FileManager.default.removeItem(at: url) }
    let reports = try [tool.connect(server.port), tool.connect(server.port, ["--alpn", "other"])]
    #expect(reports.allSatisfy { $0.handshake == "full" } && reports.map(\.reason).contains("damaged"))
    #expect(server.waitForConnections(4).allSatisfy { $0.clientHello?.pskIdentities.isEmpty == true })
  }

  @Test("A damaged layout makes the store unavailable, and the connection works")
  func damagedLayout() throws {
    try tool.connect(server.port)
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: "\(tool.store)/client/layout"))
    let report = try tool.connect(server.port)
    #expect(report.reason == "storeUnavailable" && report.storeMessage?.contains("layout") == true)
  }
}
