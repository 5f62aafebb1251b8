import GnuTLSResumption
import ScriptableTLSServer
import SessionTickets
import Testing

/// The ways of resuming that one code path serves.
enum Mode: String, CaseIterable, Sendable {
  case tls13
  case tls12Ticket
  case tls12SessionID

  var script: ServerScript {
    var script = ServerScript()
    switch self {
    case .tls13: script.versions = .tls13
    case .tls12Ticket: script.versions = .tls12
    case .tls12SessionID:
      script.versions = .tls12
      script.tls12Resumption = .sessionIDs
    }
    return script
  }
}

@Suite("A connection resumes")
struct ResumptionTests {
  @Test("ten connections in a row: nine resume, as the server says", arguments: Mode.allCases)
  func tenInARow(mode: Mode) throws {
    let client = try Client(mode.script)
    let outcomes = try (0..<10).map { _ in try client.exchange() }
    #expect(outcomes.map(\.reason) == [.noTicket] + [FullHandshakeReason?](repeating: nil, count: 9))
    #expect(client.server.waitForConnections(10).map(\.isResumed) == [false] + [Bool](repeating: true, count: 9))
  }

  @Test("RSA and ECDSA certificates, by another engine over the same store", arguments: ["rsa", "ecdsa"])
  func acrossEngines(certificate: String) throws {
    var client = try Client(certificate: certificate)
    try client.exchange()
    client.configuration.resumption = try client.resumption()
    #expect(try client.exchange().isResumed)
  }

  @Test("every ticket of a connection is stored, up to the bound, and each resumes once", arguments: 0...8)
  func numberOfTickets(count: Int) throws {
    var script = ServerScript()
    script.tickets.count = count
    let client = try Client(script)
    let first = try client.visit()
    #expect(first.ticketsReceived == count)
    #expect(first.ticketsStored == count)
    let kept = min(count, 4)
    #expect(try client.store.count().tickets == kept)
    client.server.update { $0.tickets.count = 0 }
    let later = try (0...kept).map { _ in try client.visit() }
    #expect(later.map(\.isResumed) == [Bool](repeating: true, count: kept) + [false])
    let identities = client.server.waitForConnections(kept + 2).compactMap {
      $0.clientHello?.pskIdentities.first?.identity
    }
    #expect(Set(identities).count == kept)
  }

  @Test("the newest ticket is offered first")
  func newestFirst() throws {
    var script = ServerScript()
    script.tickets.count = 1
    let client = try Client(script)
    try client.visit()
    client.clock.advance(seconds: 1_000)
    let other = try client.connect()
    other.close()
    client.clock.advance(seconds: 1)
    let age = try client.visit().ticketAge
    #expect(1...60 ~= age ?? -1)
  }

  @Test("tickets that come with or after the first data are stored", arguments: [0, 50])
  func lateTickets(delay: Int) throws {
    var script = ServerScript()
    script.tickets.moment = .afterFirstData
    script.tickets.delay = delay
    let client = try Client(script)
    #expect(try client.exchange().ticketsStored == 2)
    #expect(try client.exchange().isResumed)
  }

  @Test("data that come before the tickets reach the reader, and the tickets the store")
  func dataBeforeTickets() throws {
    var script = ServerScript()
    script.tickets.precedingData = Array("greeting".utf8)
    let client = try Client(script)
    let connection = try client.connect()
    #expect(String(decoding: try connection.read(), as: UTF8.self) == "greeting")
    connection.close()
    #expect(connection.outcome.ticketsStored == 2)
  }

  @Test("tickets are kept though the server ends without close_notify, or right after the handshake")
  func abruptEndings() throws {
    var script = ServerScript()
    script.ending = Ending(.afterHandshake, closeNotify: .omitted)
    let client = try Client(script)
    #expect(try client.visit().ticketsStored == 2)
    #expect(try client.visit().isResumed)
  }

  @Test("a server that forgot its keys: full, declined, and the siblings are gone", arguments: Mode.allCases)
  func declined(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    let old = try client.records()
    client.server.restart(withFreshKeys: true)
    client.server.update { $0.tickets.count = 0 }
    #expect(try client.exchange().reason == .declined)
    #expect(try client.records().isDisjoint(with: old))
    // A TLS 1.2 handshake always brings a new session.
    #expect(try client.exchange().reason == (mode == .tls13 ? .noTicket : nil))
  }

  @Test("a handshake that fails with a ticket offered is made again without, once", arguments: Mode.allCases)
  func retried(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    client.server.update {
      $0.failure = HandshakeFailure(.before, .serverHello, action: .alert(40), onlyWhenResuming: true)
    }
    #expect(try client.exchange().reason == .retried)
    let seen = client.server.waitForConnections(3)
    #expect(seen.count == 3)
    #expect(seen[1].failedByScript)
    #expect(!seen[2].isResumed)
    #expect(seen[2].clientHello?.offersResumption == false)
  }

  @Test("so is one whose server closes or resets at the sight of a ticket", arguments: Mode.allCases)
  func retriedAfterClose(mode: Mode) throws {
    let actions: [HandshakeFailure.Action] = [.close, .reset]
    for action in actions {
      let client = try Client(mode.script)
      try client.visit()
      client.server.update {
        $0.failure = HandshakeFailure(.before, .serverHello, action: action, onlyWhenResuming: true)
      }
      #expect(try client.exchange().reason == .retried)
    }
  }

  @Test("a failure without a ticket is reported as it is, and not retried")
  func failureWithoutTicket() throws {
    var script = ServerScript()
    script.failure = HandshakeFailure(.before, .serverHello, action: .alert(40))
    let client = try Client(script)
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .handshake)
    #expect(error?.underlying?.alert == 40)
    #expect(client.server.waitForConnections(1).count == 1)
  }

  @Test("resumption that is switched off neither reads nor writes the store")
  func disabled() throws {
    var client = try Client()
    try client.visit()
    let before = try client.store.count()
    client.configuration.resumption = nil
    #expect(try client.exchange().reason == .disabled)
    #expect(try client.store.count() == before)
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("the caller may refuse to have a ticket stored")
  func callerRefuses() throws {
    var client = try Client()
    client.configuration.resumption = try client.resumption(mayStore: { $0.kind != .ticket })
    let outcome = try client.visit()
    #expect(outcome.notStored == [.refusedByCaller: 2])
    #expect(try client.store.count().tickets == 0)
  }
}
