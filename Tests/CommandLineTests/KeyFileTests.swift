import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Whatever stands in the place of the master key, the connection works.
struct KeyFileTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  enum Replacement: String, CaseIterable {
    case fifo, device, folder, link, short, long, readableByAll, writableByGroup

    static var possible: [Replacement] { allCases.filter { $0 != .device || geteuid() == 0 } }

    func apply(to path: String) throws {
      let files = FileManager.default
      switch self {
      case .readableByAll: return try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      case .writableByGroup: return try files.setAttributes([.posixPermissions: 0o620], ofItemAtPath: path)
      default: break
      }
      try files.moveItem(atPath: path, toPath: path + ".old")
      switch self {
      case .fifo: _ = unsafe mkfifo(path, 0o600)
      case .device: _ = unsafe mknod(path, S_IFCHR | 0o600, 0x105)
      case .folder: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
      case .link: try files.createSymbolicLink(atPath: path, withDestinationPath: path + ".old")
      default:
        let bytes = Data(repeating: 7, count: self == .short ? 31 : 33)
        _ = files.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600])
      }
    }
  }

  @Test("A key file that can't be used: full handshake, exit 0, storeUnavailable", arguments: Replacement.possible)
  func unusable(replacement: Replacement) throws {
    try tool.connect(server.port)
    let before = tool.storeFiles
    try replacement.apply(to: tool.keyFile)
    let result = try tool.run(tool.connectArguments(server.port, ["--verbose"]))
    let report = try Report(result)
    #expect(report.handshake == "full" && report.reason == "storeUnavailable" && report.ticketsStored == 0)
    #expect(report.storeMessage?.contains(tool.folder.path) == true)
    let lines = result.errorLines.filter { $0.contains("store: ") }
    #expect(lines.count == 1 && lines[0].contains("--key-file"))
    #expect(tool.storeFiles == before)
    #expect(server.waitForConnections(2).map { $0.clientHello?.pskIdentities.count } == [0, 0])
  }

  @Test("An empty key file is made anew, and the old key's tickets are as if they weren't there")
  func empty() throws {
    try tool.connect(server.port)
    #expect(unsafe truncate(tool.keyFile, 0) == 0)
    #expect(try tool.connect(server.port).reason == "noTicket")
    let keys = try tool.run(["key", "show", "--json", "--key-file", tool.keyFile]).standardOutput
    #expect(keys.contains(#""use":"seals""#))
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("A key that is back resumes with the tickets that it sealed")
  func back() throws {
    try tool.connect(server.port)
    try Replacement.folder.apply(to: tool.keyFile)
    #expect(try tool.connect(server.port).reason == "storeUnavailable")
    try FileManager.default.removeItem(atPath: tool.keyFile)
    try FileManager.default.moveItem(atPath: tool.keyFile + ".old", toPath: tool.keyFile)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("Key and store are made for their owner alone, with the folders above them")
  func modes() throws {
    var tool = tool
    tool.store = tool.folder.file("a/b/store")
    tool.keyFile = tool.folder.file("c/d/key")
    try tool.connect(server.port)
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    for name in ["a", "a/b", "a/b/store", "a/b/store/client", "c", "c/d"] {
      #expect(try mode(tool.folder.file(name)) == 0o700, "\(name)")
    }
    #expect(try mode(tool.keyFile) == 0o600)
    for path in tool.records() { #expect(try mode(path) == 0o600) }
  }
}
