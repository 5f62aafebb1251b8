import Foundation
import Glibc
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("The file of the master key")
struct KeyFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.file("config/key") }

  @Test("is made when asked for, for its owner alone, in folders of mode 0700, and is the same ever after")
  func made() throws {
    #expect(try KeyFile(FolderPlace(RawPath(path))).load(create: false) == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.file("config")))
    let key = try #require(try KeyFile(FolderPlace(RawPath(path))).load(create: true))
    #expect(try KeyFile(FolderPlace(RawPath(path))).load(create: false)?.newest.id == key.newest.id)
    var info = stat()
    #expect(unsafe stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(unsafe stat(folder.file("config"), &info) == 0 && info.st_mode & 0o777 == 0o700)
  }

  @Test("many first runs at once end with one key")
  func concurrent() async throws {
    let path = path
    let ids = try await withThrowingTaskGroup(of: UInt64?.self) { group in
      for _ in 0..<16 { group.addTask { try KeyFile(FolderPlace(RawPath(path))).load(create: true)?.newest.id } }
      return try await group.reduce(into: Set<UInt64?>()) { $0.insert($1) }
    }
    #expect(ids.count == 1)
  }

  @Test("an empty one, which a crash may have left, is made anew")
  func empty() throws {
    _ = try KeyFile(FolderPlace(RawPath(path))).load(create: true)
    try Data().write(to: URL(fileURLWithPath: path), options: [])
    _ = unsafe chmod(path, 0o600)
    #expect(try KeyFile(FolderPlace(RawPath(path))).load(create: false) == nil)
    #expect(try KeyFile(FolderPlace(RawPath(path))).load(create: true) != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).starts(with: Data("gnutls-resume keys".utf8)))
  }

  @Test("one of another length is refused, and left alone", arguments: [1, 31, 33, 4096])
  func wrongLength(count: Int) throws {
    _ = try KeyFile(FolderPlace(RawPath(path))).load(create: true)
    try Data(count: count).write(to: URL(fileURLWithPath: path), options: [])
    _ = unsafe chmod(path, 0o600)
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: true) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == count)
  }

  @Test("one that others may read or write is refused", arguments: [0o620, 0o602, 0o640, 0o604])
  func permissions(mode: UInt32) throws {
    _ = try KeyFile(FolderPlace(RawPath(path))).load(create: true)
    _ = unsafe chmod(path, mode)
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: true) }
  }

  @Test("so is one in a folder that others may write")
  func folderPermissions() throws {
    _ = try KeyFile(FolderPlace(RawPath(path))).load(create: true)
    _ = unsafe chmod(folder.file("config"), 0o777)
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: false) }
  }

  @Test(
    "is not made in a folder of another user", .enabled(if: geteuid() == 0, "only root can make one"),
    arguments: ["key", "config/key"])
  func foreignFolder(name: String) throws {
    let home = folder.file("home")
    #expect(unsafe mkdir(home, 0o700) == 0 && chown(home, 12_345, 12_345) == 0)
    let file = KeyFile(FolderPlace(RawPath("\(home)/\(name)")))
    #expect(throws: StoreError.self) { try file.load(create: true) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: home).isEmpty)
  }

  @Test("is not made in a home that isn't there")
  func missingHome() throws {
    let file = KeyFile(FolderPlace(base: RawPath(folder.file("home")), ".config/key"))
    #expect(try file.load(create: false) == nil)
    let error = try #require(throws: StoreError.self) { try file.load(create: true) }
    #expect(error.code == .unavailable && error.errno == ENOENT)
    #expect(!FileManager.default.fileExists(atPath: folder.file("home")))
    #expect(unsafe mkdir(folder.file("home"), 0o700) == 0)
    #expect(try file.load(create: true) != nil)
  }

  @Test("has a path of bytes, whether they are text or not")
  func rawPath() throws {
    let path = RawPath(bytes: Array(folder.file("config/key").utf8) + [0xFF])
    let key = try #require(try KeyFile(FolderPlace(path)).load(create: true))
    #expect(try KeyFile(FolderPlace(path)).load(create: false)?.newest.id == key.newest.id)
    #expect(unsafe path.withCString { unsafe access($0, F_OK) } == 0)
  }

  @Test("a FIFO, a folder, a symbolic link in its place: refused at once", arguments: ["fifo", "folder", "link"])
  func wrongKind(kind: String) throws {
    _ = try KeyFile(FolderPlace(RawPath(path))).load(create: true)
    let real = folder.file("config/real")
    try FileManager.default.moveItem(atPath: path, toPath: real)
    switch kind {
    case "fifo": _ = unsafe mkfifo(path, 0o600)
    case "folder": _ = unsafe mkdir(path, 0o700)
    default: _ = unsafe symlink(real, path)
    }
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: true) }
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: false) }
  }

  @Test("a path without a name is refused", arguments: ["", "/", "folder/", ".", ".."])
  func noName(path: String) {
    #expect(throws: StoreError.self) { try KeyFile(FolderPlace(RawPath(path))).load(create: true) }
  }

  @Test("the description of a key shows nothing of it")
  func description() throws {
    let key = try #require(MasterKey([UInt8](repeating: 0x5a, count: 32)))
    #expect(!"\(key)".contains("5a") && !"\(key)".contains("90"))
    #expect(MasterKey([UInt8](repeating: 1, count: 31)) == nil)
  }
}
