import CGnuTLS
import Foundation
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// Servers as processes of their own, with a folder in common.
@Suite("Servers that share a folder")
struct ServerProcessTests {
  /// A `scriptable-tls-server`.
  final class Server {
    let process: RunningProcess
    let port: UInt16

    init(_ folder: TemporaryFolder, port: UInt16 = 0, _ options: [String] = []) throws {
      process = try RunningProcess(
        [
          BuiltProducts.executable("scriptable-tls-server"), "--shared-tickets", folder.path, "--port", "\(port)",
          "--certificate", Fixture.ecdsa.chain, "--key", Fixture.ecdsa.key,
        ] + options)
      try #require(process.waitForOutput("listening "), "\(process.standardError)")
      self.port = try #require(
        process.standardOutput.firstMatch(of: /listening 127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) })
    }
  }

  @Test(
    "OpenSSL's client resumes at another server than the one it comes from",
    arguments: [["-tls1_3"], ["-tls1_2"], ["-tls1_2", "-no_ticket"]])
  func openSSL(options: [String]) throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try Server(folder), try Server(folder))
    let session = folder.file("session")
    func visit(_ server: Server, _ further: [String]) throws -> OpenSSLClient.Outcome {
      try OpenSSLClient.run(port: server.port, options + further, input: "x\n", until: "\nx")
    }
    let full = try visit(first, ["-sess_out", session])
    #expect(full.completed && !full.resumed, "\(full.output)")
    #expect(try visit(second, ["-sess_in", session]).resumed)
    #expect(try visit(first, ["-sess_in", session]).resumed)
    let other = try visit(second, ["-sess_in", session, "-servername", "other.example"])
    #expect(other.completed && !other.resumed)
    // It has a certificate to show, so the full handshake succeeds.
    let identity = ["-cert", Fixture.ecdsa.clientCertificate, "-key", Fixture.ecdsa.clientKey]
    let demanding = try Server(folder, ["--client-certificate", "required"])
    let asked = try visit(demanding, ["-sess_in", session] + identity)
    #expect(asked.completed && !asked.resumed)
  }

  @Test("our client resumes at the server that has taken the other's place", arguments: TLSVersion.allCases)
  func ourClient(version: TLSVersion) throws {
    let folder = try TemporaryFolder()
    let options = version == .tls13 ? ["--tls13"] : ["--tls12"]
    var configuration = TLSConfiguration()
    configuration.serverName = "localhost"
    configuration.verification = .engineVerifies(.file(Fixture.ecdsa.root))
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    configuration.resumption = Resumption(store: MemoryStore(), masterKey: .keys(KeyRing(newest: master)))
    var port: UInt16 = 0
    for isFirst in [true, false, false] {
      let server = try Server(folder, port: port, options)
      port = server.port
      let connection = try TLSConnection.connect(to: "127.0.0.1", port: port, configuration: configuration)
      try connection.write([1])
      _ = try connection.read()
      connection.close()
      #expect(connection.outcome.isResumed == !isFirst, "\(connection.outcome)")
      server.process.closeInput()
      #expect(server.process.waitForEnd(timeout: .seconds(10)) == .exited(0))
    }
  }

  @Test("a store that goes away in mid-run breaks no handshake")
  func storeGone() throws {
    let folder = try TemporaryFolder()
    let server = try Server(folder, ["--slot", "1", "--ticket-lifetime", "10"])
    let session = folder.file("session")
    let before = try OpenSSLClient.run(port: server.port, ["-sess_out", session], input: "x\n", until: "\nx")
    #expect(before.completed)
    for name in ["tickets", "sessions"] {
      try? FileManager.default.removeItem(atPath: folder.file(name))
      try Data("no folder".utf8).write(to: URL(fileURLWithPath: folder.file(name)))
    }
    var resumed = 0
    for round in 0..<8 {
      let visit = try OpenSSLClient.run(
        port: server.port, (round % 2 == 0 ? [] : ["-sess_in", session]) + ["-sess_out", session], input: "x\n",
        until: "\nx")
      #expect(visit.completed, "\(visit.output)")
      if visit.resumed { resumed += 1 }
      usleep(400_000)
    }
    #expect(resumed == 4)
    #expect(server.process.standardError.contains("can't be used"))
  }

  @Test("of a slot that has ended, no key is left in the store, nor in the server's memory")
  func forgotten() throws {
    let folder = try TemporaryFolder()
    let server = try Server(folder, ["--slot", "3", "--ticket-lifetime", "3"])
    func visit() throws {
      for options in [["-tls1_3"], ["-tls1_2"]] {
        #expect(try OpenSSLClient.run(port: server.port, options, input: "x\n", until: "\nx").completed)
      }
    }
    // On a busy machine a slot may end while its key is looked for, and a store that was slow is left alone for ten seconds.
    var secrets = try SlotSecrets(folder: folder.path, slotLength: 3, lifetime: 3, names: [])
    var found = 0
    for attempt in 0..<60 where found < 2 {
      if attempt > 0 { usleep(500_000) }
      try visit()
      secrets = try SlotSecrets(folder: folder.path, slotLength: 3, lifetime: 3, names: ["localhost"])
      let live = try ProcessMemory(of: server.process.identifier)
      // The current slot's key and the next one's, each in a page of its own.
      found = secrets.slots.filter { live.contains($0.secret) }.count
    }
    #expect(found >= 2)
    // Other slots' tickets, so that the process is in use.
    let calendar = SlotCalendar(length: 3, lifetime: 3, tolerance: 120)
    let end = try #require(secrets.slots.map { calendar.expiry(of: $0.number) }.max())
    while WallTime.now().seconds < end + 2 {
      usleep(1_000_000)
      try visit()
    }
    let later = try ProcessMemory(of: server.process.identifier)
    for slot in secrets.slots {
      #expect(!later.contains(slot.secret), "the key of slot \(slot.number)")
      for part in slot.derived { #expect(!later.contains(part), "what was derived of slot \(slot.number)'s") }
    }
    let left = try SlotSecrets(folder: folder.path, slotLength: 3, lifetime: 3, names: [])
    #expect(Set(left.slots.map(\.number)).isDisjoint(with: secrets.slots.map(\.number)))
  }
}

/// The keys of all slots that are in a folder now, and what GnuTLS gets and makes of them.
struct SlotSecrets {
  struct Slot {
    let number: Int64
    let secret: [UInt8]
    var derived: [[UInt8]] = []
  }

  var slots: [Slot] = []

  init(folder: String, slotLength: Int64, lifetime: Int64, names: [String]) throws {
    let master = try #require(try MasterKeySource.file("\(folder)/key").keyForTests())
    let calendar = SlotCalendar(length: slotLength, lifetime: lifetime, tolerance: 120)
    let store = DirectoryStore(path: "\(folder)/tickets", role: .server)
    let now = WallTime.now()
    for number in calendar.slot(at: now) - 100...calendar.slot(at: now) + 100 {
      let key = try SlotRecord(calendar: calendar, slot: number).recordKey(master)
      guard let record = try store.read(key),
        let contents = RecordSeal.open(record, identity: key.place.identity, key: master, purpose: .slotKey)
      else { continue }
      var slot = Slot(number: number, secret: Array(contents.suffix(32)))
      let slotKey = try #require(SlotKey(slot: number, secret: slot.secret))
      for name in names {
        let context = try #require(HostContext("\(name)\0ignored"))
        let derived = try #require(unsafe slotKey.withDerived(for: context) { unsafe Array($0) })
        slot.derived += [Array(derived.prefix(32)), Array(derived.suffix(32))]
        for period in [calendar.period(at: now) - 1, calendar.period(at: now)] {
          let message = (0..<8).map { UInt8(truncatingIfNeeded: period >> UInt64(56 - 8 * $0)) } + derived
          var digest = [UInt8](repeating: 0, count: 64)
          unsafe gnutls_hash_fast(GNUTLS_DIG_SHA3_512, message, message.count, &digest)
          // The name is no secret.
          slot.derived += [Array(digest[16..<48]), Array(digest[48...])]
        }
      }
      slots.append(slot)
    }
  }
}

extension MasterKeySource {
  fileprivate func keyForTests() throws -> MasterKey? {
    try Resumption(store: MemoryStore(), masterKey: self).keyRing(create: false)?.newest
  }
}

/// All that another process has in its memory and may write: what a dump of it would hold, and more.
struct ProcessMemory {
  private var regions: [Data] = []

  init(of process: Int32) throws {
    let maps = ProcessFile.text(of: "/proc/\(process)/maps")
    try #require(maps.contains("[stack]"), "the last part of what it writes to")
    let memory = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/\(process)/mem"))
    for line in maps.split(separator: "\n") {
      guard let found = line.firstMatch(of: /^([0-9a-f]+)-([0-9a-f]+) rw/), let start = UInt64(found.1, radix: 16),
        let end = UInt64(found.2, radix: 16),
        // A sanitizer's notes take terabytes, and hold no copies.
        end - start <= 1 << 28
      else { continue }
      try memory.seek(toOffset: start)
      if let region = try? memory.read(upToCount: Int(end - start)) { regions.append(region) }
    }
    try #require(regions.contains { !$0.isEmpty })
  }

  func contains(_ bytes: [UInt8]) -> Bool {
    regions.contains { region in
      unsafe region.withUnsafeBytes { all in
        guard let first = bytes.first, let start = all.baseAddress else { return false }
        var place = 0
        while let found = unsafe memchr(start + place, Int32(first), all.count - place) {
          place = unsafe UnsafeRawPointer(found) - start
          guard all.count - place >= bytes.count else { return false }
          if unsafe memcmp(found, bytes, bytes.count) == 0 { return true }
          place += 1
        }
        return false
      }
    }
  }
}
