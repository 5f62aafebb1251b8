import Foundation
import Testing

/// The directory store on file systems that are full, read-only, or lack something.
@Suite("File systems", .enabled(if: ChildRun.hasNamespaces, "mount namespaces are not allowed here"))
struct FileSystemTests {
  private let folder = TemporaryFolder()
  private let firstTicket = "given 00000000000000010000000000000001"

  private func run(_ script: String) throws -> [String] {
    try ChildRun.inNamespace(script, ["M": folder.path])
  }

  @Test("A disk without free blocks is an error, and leaves nothing half-written")
  func noBlocks() throws {
    let lines = try run(
      """
      mount -t tmpfs -o size=256k,mode=0700 none $M
      $STRESS probe $M/store insert:1 fill take
      find $M -name 'new-*'
      find $M -name '*-t-*' -size 0
      rm $M/store/client/*/*; $STRESS probe $M/store insert:1
      """)
    #expect(lines == ["inserted", "some then unavailable \(ENOSPC)", firstTicket, "inserted"])
  }

  @Test("A disk without free inodes is an error, and leaves nothing half-written")
  func noInodes() throws {
    let lines = try run(
      """
      mount -t tmpfs -o nr_inodes=30,mode=0700 none $M
      $STRESS probe $M/store insert:1 fill take
      find $M -name 'new-*'
      """)
    #expect(lines == ["inserted", "some then unavailable \(ENOSPC)", firstTicket])
  }

  @Test("A disk that is full from the beginning is an error, and the store is not there")
  func noRoomAtAll() throws {
    let lines = try run(
      """
      mount -t tmpfs -o nr_inodes=1,mode=0700 none $M
      $STRESS probe $M/store insert:1 take count
      """)
    #expect(lines == ["unavailable \(ENOSPC)", "missed expired 0 damaged 0", "count 0 0 0"])
  }

  @Test("A read-only store gives no ticket, for it couldn't take it away; but it gives sessions")
  func readOnly() throws {
    let lines = try run(
      """
      mount -t tmpfs -o mode=0700 none $M
      $STRESS probe $M/tickets insert:1
      $STRESS probe $M/expired insert:20
      $STRESS probe $M/sessions session:1
      mount -o remount,bind,ro $M
      $STRESS probe $M/tickets take insert:2 count
      $STRESS probe $M/expired take
      $STRESS probe $M/sessions take take
      $STRESS probe $M/missing take insert:1
      """)
    #expect(
      lines == [
        "inserted", "inserted", "inserted",
        "unavailable \(EROFS)", "unavailable \(EROFS)", "count 1 0 0",
        "missed expired 1 damaged 0",
        firstTicket, firstTicket,
        "missed expired 0 damaged 0", "unavailable \(EROFS)",
      ])
  }

  @Test("Without /proc, through which unnamed files are linked, files are renamed")
  func noProc() throws {
    let lines = try run(
      """
      mount -t tmpfs none /proc/$$/fd
      exec $STRESS probe $M/store insert:1 insert:2 note count take
      """)
    #expect(
      lines == ["inserted", "inserted", "noted", "count 2 0 1", "given 00000000000000010000000000000002"])
    #expect(!folder.files.contains { $0.contains("/new-") }, "no temporary file stays")
  }

  @Test("A store on an overlay, as containers have it, also over an older layer")
  func overlay() throws {
    let lines = try run(
      """
      mount -t tmpfs -o mode=0700 none $M
      mkdir -m 700 $M/lower $M/upper $M/work $M/merged
      $STRESS probe $M/lower/store insert:1
      mount -t overlay overlay -o lowerdir=$M/lower,upperdir=$M/upper,workdir=$M/work $M/merged
      $STRESS probe $M/merged/store take take insert:2 take count
      """)
    #expect(
      lines == [
        "inserted", firstTicket, "missed expired 0 damaged 0", "inserted",
        "given 00000000000000010000000000000002", "count 0 0 0",
      ])
  }

  @Test("A folder that may not be read is an error", .enabled(if: geteuid() == 0, "only root can become another user"))
  func notAllowed() throws {
    try Files.chmod(folder.path, 0o755)
    try Files.mkdir(folder.path("store"))
    func asNobody(_ operation: String) throws -> [String] {
      // Through a descriptor: the executable may lie where that user can't reach it.
      let script = """
        exec 3<$STRESS
        exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/3 probe $M/store \(operation)
        """
      return try ChildRun.run(["/bin/sh", "-ec", script], ["M": folder.path]).lines
    }
    #expect(try asNobody("take") == ["unsafe 0"], "it belongs to root")
    try Files.chown(folder.path("store"), 65_534)
    #expect(try asNobody("insert:1") == ["inserted"])
    for (path, mode) in [("store/client", mode_t(0o000)), ("store/client", 0o300), ("store", 0o000)] {
      try Files.chmod(folder.path(path), mode)
      #expect(try asNobody("take") == ["unavailable \(EACCES)"])
    }
  }
}
