import Foundation
import RedisSessionTickets
import SessionTickets
import SessionTicketsTesting
import TestPeers
import Testing

@Suite("Servers in trouble, and servers that make it")
struct HostileServerTests {
  private static let place = RecordFactory.place()

  /// Takes, by the standard limits; tells what was thrown, and how long that took.
  private func failure(of url: String, _ options: RedisOptions = RedisOptions()) throws -> (StoreError, Duration) {
    let store = RedisSessionTickets(try RedisURL(url), options: options)
    let clock = ContinuousClock()
    let begin = clock.now
    do throws(StoreError) {
      _ = try store.take(from: Self.place, now: RecordFactory.start)
    } catch {
      return (error, clock.now - begin)
    }
    throw PeerError("a take from \(url) succeeds")
  }

  @Test(
    "A server that is none ends a call within its limit, with a reason",
    arguments: [
      (ScriptedServer.Conduct.silent, "doesn't answer in time"),
      (.closing, "closed the connection"),
      (.answering("HTTP/1.1 400 Bad Request\r\n\r\n"), "not Redis's protocol"),
      (.answering("\0\0\0\0"), "not Redis's protocol"),
      (.answering("$1073741824\r\nx"), "larger than any answer"),
      (.answering("*1073741824\r\n"), "more than any answer"),
      (.answering(String(repeating: "*1\r\n", count: 1_000)), "more than any answer"),
      (.answering("+" + String(repeating: "x", count: 10_000)), "larger than any answer"),
      (.answering("*2\r\n:0\r\n:0\r\n"), "isn't the script's"),
      (.answering("$-1\r\n"), "isn't the script's"),
      (.trickling("$100000\r\n" + String(repeating: "x", count: 400), 5), "doesn't answer in time"),
      (.trickling("+" + String(repeating: "x", count: 30), 1_000), "doesn't answer in time"),
      (.answering("-LOADING Redis is loading the dataset in memory\r\n"), "loading"),
      (.answering("-READONLY You can't write against a read only replica.\r\n"), "replica"),
      (.answering("-OOM command not allowed when used memory > 'maxmemory'.\r\n"), "memory is full"),
      (.answering("-NOAUTH Authentication required.\r\n"), "wants a password"),
      (.answering("-NOPERM this user has no permissions to run the 'evalsha' command\r\n"), "rights"),
      (.answering("-MISCONF Redis is configured to save RDB snapshots\r\n"), "can't save"),
      (.answering("-NOSCRIPT No matching script.\r\n"), "NOSCRIPT"),
      (.answering("-CLUSTERDOWN The cluster is down\r\n"), "isn't whole"),
      (.answering("-\u{1B}[31mred\u{7}\r\n"), "?[31mred?"),
    ])
  func conduct(conduct: ScriptedServer.Conduct, reason: String) throws {
    let server = try ScriptedServer(conduct)
    defer { server.stop() }
    // Who answers at once is given time: in 50 ms a machine that does much else may not come to it.
    let isLate = reason == "doesn't answer in time"
    let (error, time) = try failure(
      of: "redis://127.0.0.1:\(server.port)", isLate ? RedisOptions() : RedisTrial.patient)
    #expect(error.code == .unavailable)
    #expect(error.description.contains(reason), "\(error)")
    #expect(!isLate || time < .seconds(1), "\(time)")
  }

  @Test("A cluster that sends one on and on is left")
  func endlessRedirection() throws {
    let first = try ScriptedServer(.answering("-MOVED 1 :1\r\n"))
    defer { first.stop() }
    let server = try ScriptedServer(.answering("-MOVED 1 127.0.0.1:\(first.port)\r\n"))
    defer { server.stop() }
    let (error, _) = try failure(of: "redis://127.0.0.1:\(server.port)", RedisTrial.patient)
    // Port 1 refuses.
    #expect(error.errno == ECONNREFUSED, "\(error)")
    let (selves, port) = try SelfReferring.start()
    defer { selves.stop() }
    let (endless, _) = try failure(of: "redis://127.0.0.1:\(port)", RedisTrial.patient)
    #expect(endless.description.contains("on and on"), "\(endless)")
    #expect(selves.connections <= 6)
  }

  @Test("Who isn't there ends a call at once", arguments: ["redis://127.0.0.1:1", "redis+unix:///nowhere/redis"])
  func nobody(url: String) throws {
    let (error, _) = try failure(of: url)
    #expect(error.errno == ECONNREFUSED || error.errno == ENOENT, "\(error)")
    #expect(error.leavesNothing)
  }

  @Test("A name that isn't known here isn't asked for elsewhere")
  func unknownName() throws {
    let (error, time) = try failure(of: "redis://host.that.nobody.knows.invalid")
    #expect(error.description.contains("its address isn't known here"), "\(error)")
    #expect(time < .seconds(1))
  }

  @Test("A host's addresses are tried in order, until one answers", .needs(.redis))
  func severalAddresses() throws {
    let server = try RedisTrial.server.get()
    var options = RedisTrial.patient
    // Nobody listens at the first one's port.
    options.addresses = { name in
      name == "two.example" ? [RedisAddress("127.0.0.99"), RedisAddress("127.0.0.1")].compactMap { $0 } : []
    }
    let store = RedisSessionTickets(try RedisURL("redis://two.example:\(server.port)"), options: options)
    #expect(try store.note(server: RecordFactory.digest(1), identity: nil) == nil)
  }

  @Test("A server that is stopped ends a call within its limit, and is used again when it goes on", .needs(.redis))
  func stopped() throws {
    let server = try RedisServer()
    let store = RedisSessionTickets(try RedisURL(server.networkURL))
    let patient = RedisSessionTickets(store.url, options: RedisTrial.patient)
    try patient.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    server.signal(SIGSTOP)
    let begin = ContinuousClock.now
    #expect(throws: StoreError.self) { _ = try store.take(from: Self.place, now: RecordFactory.start) }
    #expect(ContinuousClock.now - begin < .seconds(60))
    server.signal(SIGCONT)
    #expect(try RedisTrial.patientCount(store.url).tickets == 1, "nothing was taken")
  }

  @Test("An answer that is lost loses a ticket, and doubles none", .needs(.redis))
  func lostAnswer() throws {
    let server = try RedisServer()
    var options = RedisTrial.patient
    options.claimLimit = 1_000
    let store = RedisSessionTickets(try RedisURL(server.socketURL), options: options)
    // So that the server knows the script.
    _ = try store.remove(RecordKey(place: Self.place, id: RecordFactory.id(9)), because: .explicit)
    try store.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    let shown = try #require(
      try store.candidates(at: Self.place, now: RecordFactory.start, limit: 1).records.first)
    server.signal(SIGSTOP)
    #expect(throws: StoreError.self) { _ = try store.claim(shown, now: RecordFactory.start) }
    server.signal(SIGCONT)
    // The server runs now what it was sent then.
    let patient = RedisSessionTickets(store.url, options: RedisTrial.patient)
    #expect(try patient.claim(shown, now: RecordFactory.start) == nil, "it isn't given again")
    #expect(try patient.counters().taken == 1)
  }

  @Test("All calls of a view wait no longer than it says")
  func sharedLimit() throws {
    let server = try ScriptedServer(.silent)
    defer { server.stop() }
    let store = RedisSessionTickets(try RedisURL("redis://127.0.0.1:\(server.port)"), options: RedisTrial.patient)
    let view = store.within(milliseconds: 30)
    let begin = ContinuousClock.now
    for _ in 0..<50 { #expect(throws: StoreError.self) { _ = try view.generation() } }
    #expect(ContinuousClock.now - begin < .seconds(30))
  }

  @Test("A connection that the server has closed is made anew", .needs(.redis))
  func closedMeanwhile() throws {
    let server = try RedisServer()
    let store = RedisSessionTickets(try RedisURL(server.networkURL), options: RedisTrial.patient)
    try store.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    try server.run(["CLIENT", "KILL", "TYPE", "normal"])
    #expect(try store.count().tickets == 1)
    try server.restart()
    #expect(try store.count().tickets == 0)
  }

  @Test("A server whose memory is full takes nothing in, and gives what it has", .needs(.redis))
  func full() throws {
    let server = try RedisServer()
    let store = RedisSessionTickets(try RedisURL(server.networkURL), options: RedisTrial.patient)
    for number in 1...2 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: Self.place, now: RecordFactory.start)
    }
    try server.run(["CONFIG", "SET", "maxmemory", "1"])
    do throws(StoreError) {
      try store.insert(RecordFactory.record(3), at: Self.place, now: RecordFactory.start)
      Issue.record("a full server takes a record")
    } catch {
      #expect(error.description.contains("memory is full"), "\(error)")
      #expect(error.leavesNothing)
    }
    for _ in 1...2 {
      guard case .claimed = try store.take(from: Self.place, now: RecordFactory.start) else {
        Issue.record("a full server doesn't give what it has")
        return
      }
    }
    #expect(try store.counters().taken == 2)
  }

  @Test("A user without the right to call INFO is told so, and the store isn't used", .needs(.redis))
  func withoutInfo() throws {
    let server = try RedisServer()
    let rights = try RedisDocumentation.rights(password: "x").filter { $0 != "+info" }
    try server.run(["ACL", "SETUSER"] + rights)
    let (error, _) = try failure(of: "redis://gnutls-resume:x@127.0.0.1:\(server.port)", RedisTrial.patient)
    #expect(error.description.contains("+info"), "\(error)")
    let (wrong, _) = try failure(of: "redis://gnutls-resume:y@127.0.0.1:\(server.port)", RedisTrial.patient)
    #expect(wrong.description.contains("name and password"), "\(wrong)")
    #expect(!wrong.description.contains("gnutls-resume:y"))
    try server.run(["CONFIG", "SET", "requirepass", "z"])
    let (none, _) = try failure(of: server.networkURL, RedisTrial.patient)
    #expect(none.description.contains("wants a password"), "\(none)")
  }

  @Test(
    "What a script can't do for want of a right leaves no record behind: an insertion that fails has put nothing in",
    .needs(.redis), arguments: ["+hdel", "+ttl", "+expire"])
  func withoutRight(_ right: String) throws {
    let server = try RedisServer()
    try server.run(["ACL", "SETUSER"] + RedisDocumentation.rights(password: "x").filter { $0 != right })
    let whole = RedisSessionTickets(try RedisURL(server.networkURL), options: RedisTrial.patient)
    let store = RedisSessionTickets(
      try RedisURL("redis://gnutls-resume:x@127.0.0.1:\(server.port)"), options: RedisTrial.patient)
    var failures = 0
    // The second takes a session's place, which leaves.
    for (number, kind) in [(1, RecordKind.session), (2, .ticket)] {
      do throws(StoreError) {
        try store.insert(RecordFactory.record(UInt64(number), kind: kind), at: Self.place, now: RecordFactory.start)
      } catch {
        failures += 1
        #expect(error.leavesNothing && error.description.contains("rights"), "\(error)")
        let key = RecordKey(place: Self.place, id: RecordFactory.id(UInt64(number)))
        #expect(try whole.read(key) == nil, "it may be somebody else's")
      }
    }
    #expect(failures > 0)
  }

  @Test("Another program's key is left alone", .needs(.redis))
  func foreignKey() throws {
    let server = try RedisServer()
    let store = RedisSessionTickets(
      try RedisURL("\(server.networkURL)?records=8"), options: RedisTrial.patient)
    try server.run(["SET", "gnutls-resume:client:{0/1}", "mine"])
    #expect(throws: StoreError.self) { _ = try store.take(from: Self.place, now: RecordFactory.start) }
    #expect(throws: StoreError.self) {
      try store.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    }
    #expect(try server.run(["GET", "gnutls-resume:client:{0/1}"]) == "mine")
  }
}

/// A server that sends everybody to itself.
private enum SelfReferring {
  static func start() throws -> (ScriptedServer, UInt16) {
    let port = try FreePort.find()
    let server = try ScriptedServer(.answering("-MOVED 1 :\(port)\r\n"), port: port)
    return (server, port)
  }
}

extension RedisTrial {
  static func patientCount(_ url: RedisURL) throws -> StoreCount {
    try RedisSessionTickets(url, options: patient).count()
  }
}
