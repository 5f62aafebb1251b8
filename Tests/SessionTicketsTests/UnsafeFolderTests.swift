import Foundation
import SessionTickets
import SessionTicketsTesting
import Testing

@Suite("Where a directory store may be")
struct UnsafeFolderTests {
  private let folder = TemporaryFolder()
  private let place = RecordFactory.place()

  private func insert(at path: String) throws {
    try DirectoryStore(path: path).insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
  }

  /// Both ways of opening must refuse: to read, and to make.
  private func expectRefused(_ path: String, _ code: StoreError.Code, _ words: String) throws {
    for isReading in [true, false] {
      do {
        if isReading {
          _ = try DirectoryStore(path: path).take(from: place, now: RecordFactory.start)
        } else {
          try insert(at: path)
        }
        Issue.record("\(path) was accepted")
      } catch let error as StoreError {
        #expect(error == StoreError(code, "", place: ""))
        #expect(error.message.contains(words), "\(error)")
      }
    }
  }

  @Test("A folder that the group or others may write is refused", arguments: [mode_t(0o770), 0o702, 0o1777])
  func writableFolder(mode: mode_t) throws {
    try Files.mkdir(folder.path("store"))
    try Files.chmod(folder.path("store"), mode)
    try expectRefused(folder.path("store"), .unsafe, "chmod go-w")
  }

  @Test("A folder that others may read is accepted")
  func readableFolder() throws {
    try Files.mkdir(folder.path("store"))
    try Files.chmod(folder.path("store"), 0o755)
    try insert(at: folder.path("store"))
  }

  @Test("A folder of another user is refused", .enabled(if: geteuid() == 0, "only root can make one"))
  func otherOwner() throws {
    try Files.mkdir(folder.path("store"))
    try Files.chown(folder.path("store"), 12_345)
    try expectRefused(folder.path("store"), .unsafe, "belongs to user 12345")
  }

  @Test("A role's folder that others may write is refused")
  func writableRoleFolder() throws {
    try insert(at: folder.path("store"))
    try Files.chmod(folder.path("store/client"), 0o777)
    try expectRefused(folder.path("store"), .unsafe, "chmod go-w")
  }

  @Test("A shard's folder that others may write is refused")
  func writableShard() throws {
    try insert(at: folder.path("store"))
    let shard = URL(fileURLWithPath: folder.path(try #require(folder.files.first { $0.contains("-") })))
      .deletingLastPathComponent().path
    try Files.chmod(shard, 0o777)
    try expectRefused(folder.path("store"), .unsafe, "chmod go-w")
  }

  @Test("A symbolic link in place of a role's folder is refused")
  func linkedRoleFolder() throws {
    try Files.mkdir(folder.path("store"))
    try Files.mkdir(folder.path("elsewhere"))
    try Files.symlink(folder.path("elsewhere"), folder.path("store/client"))
    try expectRefused(folder.path("store"), .unavailable, "not a folder")
  }

  @Test("A symbolic link is refused in a folder that others may write", arguments: [mode_t(0o777), 0o1777, 0o770])
  func linkOthersCanSet(mode: mode_t) throws {
    try Files.mkdir(folder.path("store"))
    try Files.mkdir(folder.path("shared"))
    try Files.chmod(folder.path("shared"), mode)
    try Files.symlink(folder.path("store"), folder.path("shared/link"))
    try expectRefused(folder.path("shared/link"), .unsafe, "'link' is a symbolic link")
    try expectRefused(folder.path("shared/link/deeper"), .unsafe, "'link' is a symbolic link")
  }

  @Test("A symbolic link is refused in another user's folder", .enabled(if: geteuid() == 0, "only root can make one"))
  func linkInOthersFolder() throws {
    try Files.mkdir(folder.path("store"))
    try Files.mkdir(folder.path("theirs"))
    try Files.symlink(folder.path("store"), folder.path("theirs/link"))
    try insert(at: folder.path("theirs/link"))
    try Files.chown(folder.path("theirs"), 12_345)
    try expectRefused(folder.path("theirs/link"), .unsafe, "'link' is a symbolic link in a folder of user 12345")
    try expectRefused(folder.path("theirs/link/deeper"), .unsafe, "'link' is a symbolic link in a folder of user 12345")
  }

  @Test("A folder of one's own is accepted in a folder that others may write")
  func privateFolderInSharedOne() throws {
    try Files.mkdir(folder.path("shared"))
    try Files.chmod(folder.path("shared"), 0o1777)
    try insert(at: folder.path("shared/store"))
  }

  @Test("Symbolic links in private folders are followed: absolute, relative, and through others")
  func privateLinks() throws {
    try Files.mkdir(folder.path("real"))
    try Files.mkdir(folder.path("links"))
    try Files.symlink(folder.path("real"), folder.path("links/absolute"))
    try Files.symlink(".././real", folder.path("links/relative"))
    try Files.symlink("links/relative", folder.path("chain"))
    for (number, name) in ["links/absolute", "links/relative", "chain"].enumerated() {
      let store = DirectoryStore(path: folder.path(name))
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start)
    }
    #expect(try DirectoryStore(path: folder.path("real")).count().tickets == 3)
  }

  @Test("Symbolic links that lead in a circle are an error")
  func circle() throws {
    try Files.symlink("b", folder.path("a"))
    try Files.symlink("a", folder.path("b"))
    try expectRefused(folder.path("a"), .unavailable, "too many symbolic links")
  }

  @Test("A file in the path is an error", arguments: ["file", "file/store"])
  func fileInPath(path: String) throws {
    try Data([1]).write(to: URL(fileURLWithPath: folder.path("file")))
    try expectRefused(folder.path(path), .unavailable, "'file' in the path is not a folder")
  }

  @Test("An empty path is an error, and one with a NUL")
  func emptyPath() throws {
    try expectRefused("", .unavailable, "empty")
    try expectRefused("/tmp/\0", .unavailable, "NUL")
  }

  @Test("Folders on the way are made for the user alone")
  func makesFolders() throws {
    try insert(at: folder.path("a/./b//c/"))
    for name in ["a", "a/b", "a/b/c", "a/b/c/client"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
      #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
    let record = try #require(folder.files.first { $0.contains("-") })
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(record))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("An error says what, where, and in the system's words")
  func describesError() throws {
    try Data([1]).write(to: URL(fileURLWithPath: folder.path("file")))
    let error = try #require(throws: StoreError.self) { try insert(at: folder.path("file")) }
    #expect(error.errno == ENOTDIR)
    #expect(error.place == folder.path("file"))
    #expect(error.description == "'file' in the path is not a folder (\(folder.path("file"))): Not a directory")
  }
}
