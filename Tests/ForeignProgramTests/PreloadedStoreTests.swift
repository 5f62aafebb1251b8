import Foundation
import TestPeers
import Testing

/// No trouble with the store changes what a foreign program says, or how it ends.
struct PreloadedStoreTests {
  /// What is wrong with the place of the tickets or of the key.
  enum Fault: String, CaseIterable {
    case missingParent, file, belowFile, writableByAll, keyIsFolder, keyIsShort, keyReadableByAll, keyBelowFile

    func prepare(_ preload: inout Preload) throws {
      let files = FileManager.default
      let folder = preload.folder
      switch self {
      case .missingParent: preload.store = "/proc/none/store"
      case .file: try folder.write("store", "mine")
      case .belowFile: preload.store = try folder.write("file", "mine") + "/store"
      case .writableByAll:
        try files.createDirectory(atPath: preload.store, withIntermediateDirectories: false)
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: preload.store)
      case .keyIsFolder: try files.createDirectory(atPath: preload.keyFile, withIntermediateDirectories: false)
      case .keyIsShort: try write(preload, count: 31, mode: 0o600)
      case .keyReadableByAll: try write(preload, count: 32, mode: 0o644)
      case .keyBelowFile: preload.keyFile = try folder.write("file", "mine") + "/key"
      }
    }

    private func write(_ preload: Preload, count: Int, mode: Int) throws {
      try preload.folder.write("key", [UInt8](repeating: 7, count: count))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: preload.keyFile)
    }
  }

  @Test("A store or key that can't be used", .needs(.nginx, .wget, .compiler), arguments: Fault.allCases)
  func fault(fault: Fault) throws {
    let server = try NginxServer()
    var visitor = try Visitor(port: server.port)
    try fault.prepare(&visitor.preload)
    for program in [ForeignProgram.wget, .verifyFunction] {
      for _ in 0..<2 { #expect(try visitor.differences(program) == []) }
    }
    expectComplaints(visitor, 4)
    #expect(server.waitForConnections(8).allSatisfy { !$0.resumed })
  }

  /// Each run is to have said once what is wrong, before the handshake or after.
  private func expectComplaints(_ visitor: Visitor, _ count: Int) {
    let complaints = visitor.preload.events.filter {
      $0.hasPrefix("full (storeUnavailable); ") || $0.hasPrefix("its tickets can't be kept; ")
    }
    #expect(complaints.count == count, "\(visitor.preload.events)")
    #expect(visitor.preload.events.count { $0.hasPrefix("full (") } == count, "\(visitor.preload.events)")
  }

  /// A file system at the store's place.
  @Test(
    "A file system that is full or read-only", .needs(.nginx, .wget, .compiler, .mountNamespaces),
    arguments: ["ro", "size=4k", "nr_inodes=1"])
  func fileSystem(option: String) throws {
    let server = try NginxServer()
    var visitor = try Visitor(port: server.port)
    let place = visitor.preload.folder.file("mount")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    visitor.preload.store = place + "/store"
    let script = """
      mount -t tmpfs -o \(option),mode=0700 none \(place) || exit 42
      dd if=/dev/zero of=\(place)/ballast bs=4096 count=1 2>/dev/null; exec "$@"
      """
    let launch = Launch(prefix: ["unshare", "-rm", "sh", "-c", script, "sh"] + visitor.preload.prefix)
    for program in [ForeignProgram.wget, .verifyFunction] {
      let plain = try visitor.runPlainly(program)
      let result = try program.run(0, in: visitor.home, .tls13, launch)
      #expect(Visitor.differences(plain, result, program) == [])
    }
    expectComplaints(visitor, 2)
  }

  @Test("A store that has become read-only gives no ticket", .needs(.nginx, .wget, .mountNamespaces))
  func becomesReadOnly() throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.wget).status == 0)
    let store = visitor.preload.store
    let script = "mount --bind \(store) \(store) && mount -o remount,bind,ro \(store) && exec \"$@\""
    let plain = try visitor.runPlainly(.wget)
    let launch = Launch(prefix: ["unshare", "-rm", "sh", "-c", script, "sh"] + visitor.preload.prefix)
    let result = try ForeignProgram.wget.run(0, in: visitor.home, .tls13, launch)
    #expect(Visitor.differences(plain, result, .wget) == [])
    #expect(visitor.preload.events.last?.hasPrefix("full (storeUnavailable); ") == true, "\(visitor.preload.events)")
    #expect(try visitor.run(.wget).status == 0)
    #expect(visitor.preload.events.last?.hasPrefix("resumed") == true)
  }

  enum Damage: String, CaseIterable {
    case flipped, truncated, empty, fifo, folder
  }

  @Test("Damaged records mean a full handshake, and go", .needs(.nginx, .compiler), arguments: Damage.allCases)
  func damagedRecords(damage: Damage) throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.verifyFunction
    #expect(try visitor.run(program).status == 0)
    let records = visitor.preload.records
    #expect(records.count == 2)
    for path in records { try Self.apply(damage, to: path) }
    #expect(try visitor.differences(program) == [])
    #expect(visitor.preload.events.last == "full (damaged)")
    #expect(visitor.preload.records.count == 2 && Set(visitor.preload.records).isDisjoint(with: records))
    #expect(try visitor.run(program).standardOutput == "resumed\n")
  }

  private static func apply(_ damage: Damage, to path: String) throws {
    let files = FileManager.default
    var bytes = Array(files.contents(atPath: path) ?? Data())
    switch damage {
    case .flipped: bytes[bytes.count / 2] ^= 0x80
    case .truncated: bytes.removeLast(bytes.count / 2)
    case .empty: bytes = []
    case .fifo, .folder: break
    }
    try files.removeItem(atPath: path)
    switch damage {
    case .fifo: _ = unsafe mkfifo(path, 0o600)
    case .folder: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    default:
      #expect(files.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600]))
    }
  }
}
