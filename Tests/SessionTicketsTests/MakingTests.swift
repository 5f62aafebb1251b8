import Foundation
import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("Where a store makes folders, and how")
struct MakingTests {
  private let folder = TemporaryFolder()
  private let place = RecordFactory.place()

  private func insert(_ store: DirectoryStore, _ number: UInt64 = 1) throws {
    try store.insert(RecordFactory.record(number), at: place, now: RecordFactory.start)
  }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

  @Test(
    "Nothing is made in a folder of another user, and the error names that user and what to do",
    .enabled(if: geteuid() == 0, "only root can make one"), arguments: ["store", "a/b/store"])
  func foreignFolder(name: String) throws {
    try Files.mkdir(folder.path("home"))
    try Files.chown(folder.path("home"), 12_345)
    let store = DirectoryStore(path: folder.path("home/\(name)"))
    let error = try #require(throws: StoreError.self) { try insert(store) }
    #expect(error.code == .unavailable)
    let words = [
      "isn't made by user 0 in a folder of user 12345", "--store", "--key-file", "GNUTLS_RESUME_STORE",
      "GNUTLS_RESUME_KEY_FILE",
    ]
    for word in words { #expect(error.message.contains(word), "\(error)") }
    #expect(error.place == folder.path("home/\(name)"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("home")).isEmpty)
    #expect(try store.count() == StoreCount())
    #expect(try store.removeAll() == 0, "where there is nothing, and nothing can be, there is nothing to remove")
  }

  @Test(
    "A folder of one's own in one of another user's is used, and made complete",
    .enabled(if: geteuid() == 0, "only root can make one"))
  func ownFolderInForeignOne() throws {
    try Files.mkdir(folder.path("home"))
    try Files.mkdir(folder.path("home/store"))
    try Files.chown(folder.path("home"), 12_345)
    try insert(DirectoryStore(path: folder.path("home/store")))
    try insert(DirectoryStore(path: folder.path("home/store/deeper")))
  }

  @Test("A home that isn't there is not made, nor one that has gone since", arguments: [false, true])
  func missingHome(wasThere: Bool) throws {
    let home = RawPath(folder.path("users/someone"))
    let store = DirectoryStore(at: FolderPlace(base: home, ".local/state/tickets"))
    try Files.mkdir(folder.path("users"))
    if wasThere {
      try Files.mkdir(home.description)
      try insert(store)
      #expect(try store.count().tickets == 1)
      try FileManager.default.removeItem(atPath: home.description)
    }
    let error = try #require(throws: StoreError.self) { try insert(store, 2) }
    #expect(error.code == .unavailable && error.errno == ENOENT)
    #expect(error.place == home.description)
    #expect(!exists("users/someone"))
    #expect(try store.count() == StoreCount())
    try Files.mkdir(home.description)
    try insert(store, 3)
    #expect(exists("users/someone/.local/state/tickets/client"))
  }

  @Test("A home that is a symbolic link is a home")
  func linkedHome() throws {
    try Files.mkdir(folder.path("real"))
    try Files.symlink("real", folder.path("home"))
    try insert(DirectoryStore(at: FolderPlace(base: RawPath(folder.path("home")), "state/tickets")))
    #expect(exists("real/state/tickets/client"))
  }

  @Test("Nothing is made below another root", .enabled(if: ChildRun.hasNamespaces, "namespaces are not allowed here"))
  func otherRoot() throws {
    let lines = try ChildRun.inNamespace(
      """
      mkdir -p $M/store-root/$M $M/other-root/$M
      $STRESS probe $M/store chroot insert:1 count
      $STRESS probe $M/other insert:1 chroot insert:2 count take
      find $M/store-root/$M $M/other-root/$M -mindepth 1
      """, ["M": folder.path])
    #expect(
      lines == [
        "another root", "unavailable 0", "count 0 0 0",
        // What is open already goes on to be used.
        "inserted", "another root", "inserted", "count 2 0 0", "given 00000000000000010000000000000002",
      ])
  }

  @Test(
    "Folders have mode 0700 and files 0600, whatever the umask", arguments: ["0777", "0277", "0000"], [true, false])
  func modes(umask: String, hasProc: Bool) throws {
    try #require(hasProc || ChildRun.hasNamespaces, "mount namespaces are not allowed here")
    let script = """
      \(hasProc ? "" : "mount -t tmpfs none /proc/$$/fd")
      umask \(umask)
      exec $STRESS probe $M/a/store insert:1 session:2 note insert:3 removeAll insert:4 note count
      """
    let lines =
      try hasProc
      ? ChildRun.run(["/bin/sh", "-ec", script], ["M": folder.path]).lines
      : ChildRun.inNamespace(script, ["M": folder.path])
    #expect(
      lines == ["inserted", "inserted", "noted", "inserted", "removed 2", "inserted", "noted", "count 1 0 1"])
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    #expect(names.count == 8, "\(names)")
    for name in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      #expect(attributes[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(name)")
    }
  }

  @Test("A path is bytes, whether they are text or not")
  func rawPath() throws {
    for (number, bytes) in [[0xFF, 0xFE], [0xC3], [0x20, 0x0A, 0x80], Array("e\u{301}".utf8)].enumerated() {
      let path = RawPath(bytes: Array(folder.path("bytes\(number)-").utf8) + bytes)
      let store = DirectoryStore(path: path)
      try insert(store)
      #expect(store.path == path)
      #expect(try DirectoryStore(path: path).count().tickets == 1)
      var status = stat()
      #expect(unsafe path.withCString { unsafe stat($0, &status) } == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == number + 1)
    }
  }
}
