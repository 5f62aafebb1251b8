import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Stores on file systems that are full, read-only or layered, each in a mount namespace of its own.
@Suite(.needs(.mountNamespaces))
struct FileSystemTests {
  private let tool: Tool
  private let server: TLSServer
  private let mount: String

  init() throws {
    var tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    mount = tool.folder.file("mount")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: false)
    tool.store = "\(mount)/store"
    self.tool = tool
  }

  /// Runs a script, `$M` being an empty folder to mount at. Returns the reports of its connections, and its errors.
  private func run(_ script: String) throws -> (reports: [Report], errors: [Substring]) {
    let result = try tool.shell(
      "set -e\n" + script, port: server.port, prefix: ["unshare", "-rm"], variables: ["M": mount])
    try #require(result.status == 0, "\(result.output)")
    return (
      try result.standardOutput.split(separator: "\n").map { try Report($0 + "\n") },
      result.errorLines.filter { $0.contains("store: ") }
    )
  }

  @Test("On tmpfs, everything works")
  func tmpfs() throws {
    let (reports, _) = try run("mount -t tmpfs -o mode=0700 none $M; $CONNECT; $CONNECT; $CONNECT")
    #expect(reports.map(\.reason) == ["noTicket", nil, nil] && reports.allSatisfy { $0.storeError == nil })
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, true, true])
  }

  @Test("On overlayfs, tickets of the lower layer are used, and each once")
  func overlayfs() throws {
    let (reports, _) = try run(
      """
      mount -t tmpfs -o mode=0700 none $M
      mkdir $M/lower $M/upper $M/work $M/store
      $TOOL connect 127.0.0.1:\(server.port) --server-name localhost --ca-file \(Fixture.ecdsa.root) --json \
        --store $M/lower --key-file $KEY
      mount -t overlay -o lowerdir=$M/lower,upperdir=$M/upper,workdir=$M/work none $M/store
      $CONNECT; $CONNECT; $CONNECT; $CONNECT
      """)
    #expect(reports.map(\.reason) == ["noTicket", nil, nil, nil, nil])
    #expect(reports.allSatisfy { $0.storeError == nil && $0.ticketsStored == 2 })
    let seen = server.waitForConnections(5)
    #expect(seen.map(\.isResumed) == [false, true, true, true, true])
    #expect(Set(seen.compactMap { $0.clientHello?.pskIdentities.first?.identity }).count == 4)
  }

  @Test("A read-only store gives no ticket, for it couldn't be taken away: storeUnavailable")
  func readOnly() throws {
    let (reports, errors) = try run(
      """
      mount -t tmpfs -o mode=0700 none $M; $CONNECT
      mount -o remount,bind,ro $M; $CONNECT --verbose
      mount -o remount,bind,rw $M; $CONNECT
      """)
    #expect(reports.map(\.reason) == ["noTicket", "storeUnavailable", nil])
    #expect(reports[1].storeMessage?.contains("Read-only file system") == true && errors.count == 1)
    #expect(server.waitForConnections(3).map { $0.clientHello?.pskIdentities.count } == [0, 0, 1])
  }

  @Test("A store that can't be made on a read-only file system: storeUnavailable")
  func notMade() throws {
    let (reports, errors) = try run("mount -t tmpfs -o ro none $M; $CONNECT --verbose")
    #expect(reports.map(\.reason) == ["storeUnavailable"] && reports[0].ticketsReceived == 2)
    #expect(errors.count == 1 && errors[0].contains("Read-only file system"))
  }

  @Test("No free blocks or inodes from the beginning: storeUnavailable", arguments: ["size=4k", "nr_inodes=1"])
  func fullFromTheBeginning(option: String) throws {
    let (reports, errors) = try run(
      "mount -t tmpfs -o \(option),mode=0700 none $M; head -c 4096 /dev/zero >$M/ballast || true; $CONNECT --verbose")
    #expect(reports.map(\.reason) == ["storeUnavailable"] && reports[0].ticketsStored == 0)
    #expect(errors.count == 1 && errors[0].contains("No space left on device"))
  }

  @Test(
    "A disk that fills up: the run resumes, and says in storeMessage that it can't keep its tickets",
    arguments: [
      "dd if=/dev/zero of=$M/ballast bs=4096 2>/dev/null || true",
      "i=0; while true >$M/ballast$i; do i=$((i + 1)); done 2>/dev/null || true",
    ])
  func fillsUp(filling: String) throws {
    let (reports, errors) = try run(
      """
      mount -t tmpfs -o size=256k,nr_inodes=40,mode=0700 none $M
      $CONNECT
      \(filling)
      $CONNECT --verbose
      """)
    // The ticket that is taken makes room for one of the two that come.
    #expect(reports.map(\.reason) == ["noTicket", nil] && reports.map(\.ticketsReceived) == [2, 2])
    #expect(reports[1].isResumed && reports[1].ticketsStored == 1)
    #expect(reports[1].storeError == "unavailable")
    #expect(reports[1].storeMessage?.contains("No space left on device") == true)
    #expect(errors.count == 1 && errors[0].contains("No space left on device"))
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("A key that can't be made on a read-only file system: storeUnavailable")
  func keyNotMade() throws {
    var tool = tool
    tool.store = tool.folder.file("store")
    tool.keyFile = "\(mount)/key"
    let result = try tool.shell(
      "mount -t tmpfs -o ro,mode=0700 none \(mount) && $CONNECT --verbose", port: server.port,
      prefix: ["unshare", "-rm"])
    #expect(try Report(result).reason == "storeUnavailable")
    #expect(result.errorLines.filter { $0.contains("Read-only file system") }.count == 1)
  }
}
