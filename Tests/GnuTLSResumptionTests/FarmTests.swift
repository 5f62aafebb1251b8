import Foundation
import Glibc
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// Several machines behind one name, of which each has a ticket key of its own.
@Suite("Farms without shared keys")
struct FarmTests {
  /// How a server sends its tickets: so many each time, or as many as it is asked for.
  enum Sending: String, CaseIterable, CustomTestStringConvertible {
    case one, two, four, requested

    var testDescription: String { rawValue }

    var script: ServerScript {
      var script = ServerScript()
      switch self {
      case .one: script.tickets.count = 1
      case .two: break
      case .four: script.tickets.count = 4
      case .requested: script.tickets.honoursRequests = true
      }
      return script
    }
  }

  /// What has become of a number of connections.
  struct Tally {
    var connections = 0
    var offers = 0
    var accepted = 0

    mutating func add(_ outcome: Outcome) {
      connections += 1
      if outcome.isResumed || outcome.reason == .declined { offers += 1 }
      if outcome.isResumed { accepted += 1 }
    }
  }

  /// One server, which is another machine with each connection: only its ticket key changes.
  private static func visit(
    _ client: Client, _ machines: [Int], after learning: Int = 0
  ) throws -> (all: Tally, learnt: Tally) {
    var (all, learnt) = (Tally(), Tally())
    for (index, machine) in machines.enumerated() {
      client.server.restart(ticketKey: TicketKey(repeating: UInt8(machine + 1)))
      let outcome = try client.visit()
      all.add(outcome)
      if index >= learning { learnt.add(outcome) }
    }
    return (all, learnt)
  }

  @Test(
    "machines that take turns: all offers are accepted, once it is learnt", arguments: Sending.allCases, [2, 3, 4])
  func turns(sending: Sending, count: Int) throws {
    let client = try Client(sending.script)
    let (all, learnt) = try Self.visit(client, (0..<60).map { $0 % count }, after: 14)
    #expect(learnt.accepted == learnt.connections)
    #expect(all.offers - all.accepted <= 8)
  }

  @Test("k machines at random: one of k offers is accepted, as before", arguments: [2, 3, 4])
  func random(count: Int) throws {
    var generator = SplitMix(seed: 5)
    let client = try Client(Sending.two.script)
    let machines = (0..<120).map { _ in Int.random(in: 0..<count, using: &generator) }
    let (all, _) = try Self.visit(client, machines)
    #expect(all.accepted * count >= all.offers * 7 / 10)
  }

  @Test("a single server: the newest goes first, all are kept, a decline takes the siblings; nothing is noted")
  func single() throws {
    let client = try Client(Sending.two.script)
    let (all, _) = try Self.visit(client, [Int](repeating: 0, count: 20))
    #expect(all.accepted == 19 && all.offers == 19)
    #expect(try client.store.count().tickets == 4)
    #expect(try client.farm() == ServerFarm())
    client.server.restart()
    #expect(try client.visit().reason == .declined)
    // What was there is gone.
    #expect(try client.store.count().tickets == 2)
    #expect(try client.visit().isResumed)
    #expect(try client.visit().isResumed)
    #expect(try client.farm() == ServerFarm())
  }

  @Test("a single server that is restarted too often is taken for a farm for a week, which costs little")
  func mistaken() throws {
    let client = try Client(Sending.two.script)
    _ = try Self.visit(client, [0, 1, 2])
    #expect(try client.isFarm())
    let (all, _) = try Self.visit(client, [Int](repeating: 2, count: 24))
    #expect(all.connections - all.accepted <= 2)
    client.clock.advance(seconds: 7 * 24 * 3_600)
    #expect(try !client.isFarm())
    try client.visit()
    for _ in 0..<3 { #expect(try client.visit().isResumed) }
    #expect(try client.farm() == ServerFarm())
  }

  @Test("after the week a single decline shows that it is still a farm")
  func shownAgain() throws {
    let client = try Client(Sending.two.script)
    _ = try Self.visit(client, (0..<20).map { $0 % 2 })
    client.clock.advance(seconds: 7 * 24 * 3_600)
    #expect(try !client.isFarm())
    let (all, learnt) = try Self.visit(client, (0..<20).map { $0 % 2 }, after: 4)
    #expect(learnt.accepted == learnt.connections && all.offers - all.accepted <= 2)
  }

  @Test("in a farm a young ticket's decline leaves the siblings, an old one's takes them")
  func siblings() throws {
    let client = try Client(Sending.four.script)
    _ = try Self.visit(client, [0, 1, 2])
    #expect(try client.isFarm())
    let kept = try client.records()
    #expect(kept.count == 4)
    _ = try Self.visit(client, [3])
    #expect(try client.records().intersection(kept).count == 3)
    let before = try client.records()
    client.clock.advance(seconds: 21_600 / 4)
    _ = try Self.visit(client, [4])
    #expect(try client.records().intersection(before).count < 3)
  }

  @Test("what there is no room for is not stored, and the outcome says so")
  func room() throws {
    let client = try Client(Sending.four.script)
    _ = try Self.visit(client, [0, 1, 2, 3, 2, 3])
    client.server.restart(ticketKey: TicketKey(repeating: 3))
    let outcome = try client.visit()
    #expect(outcome.isResumed && outcome.ticketsReceived == 4 && outcome.ticketsStored == 1)
    #expect(outcome.notStored[.roomForOthers] == 3)
    #expect(try client.store.count().tickets == 4)
  }

  @Test("a farm is asked for what there is a lack of")
  func requested() throws {
    let client = try Client(Sending.requested.script)
    _ = try Self.visit(client, [0, 1, 2, 3, 4])
    let asked = client.server.connections.compactMap { $0.clientHello?.ticketRequest?.afterFullHandshake }
    #expect(asked.prefix(3) == [4, 4, 4] && asked.dropFirst(3).allSatisfy { $0 == 1 })
  }

  // MARK: Addresses

  /// Servers of one port at several addresses of this machine.
  private struct Site {
    let client: Client
    private let servers: [TLSServer]

    /// - Parameter keys: The ticket key of each.
    init(_ sending: Sending, keys: [UInt8]) throws {
      client = try Client(sending.script)
      let certificate = try Client.certificate("ecdsa")
      func start() throws -> [TLSServer] {
        try keys.enumerated().reduce(into: []) { servers, machine in
          servers.append(
            try TLSServer(
              certificates: [certificate], script: sending.script, ticketKey: TicketKey(repeating: machine.element),
              host: UInt8(2 + machine.offset), port: servers.first?.port ?? 0))
        }
      }
      // The port may be somebody else's at another address.
      servers = try (try? start()) ?? (try? start()) ?? start()
    }

    func visit(_ index: Int) throws -> Outcome {
      let connection = try TLSConnection.connect(
        to: "127.0.0.\(2 + index)", port: servers[index].port, configuration: client.configuration)
      connection.close()
      return connection.outcome
    }
  }

  @Test(
    "a key per address, which the name stands for in turn: nearly all offers are accepted",
    arguments: Sending.allCases, [2, 3, 4])
  func addresses(sending: Sending, count: Int) throws {
    let site = try Site(sending, keys: [1, 2, 3, 4].prefix(count).map { $0 })
    var (all, learnt) = (Tally(), Tally())
    for index in 0..<60 {
      let outcome = try site.visit(index % count)
      all.add(outcome)
      if index >= 10 { learnt.add(outcome) }
    }
    #expect(learnt.accepted == learnt.connections)
  }

  @Test("two addresses at random, a key for each: nearly all offers are accepted", arguments: Sending.allCases)
  func randomAddresses(sending: Sending) throws {
    var generator = SplitMix(seed: 9)
    let site = try Site(sending, keys: [1, 2])
    var all = Tally()
    for _ in 0..<60 {
      all.add(try site.visit(Int.random(in: 0..<2, using: &generator)))
    }
    #expect(all.accepted * 100 >= all.offers * 95)
  }

  @Test("several addresses of one key: all offers are accepted, whichever address they came from")
  func oneKey() throws {
    let site = try Site(.two, keys: [1, 1, 1])
    var all = Tally()
    for index in 0..<20 { all.add(try site.visit(index % 3)) }
    #expect(all.offers == 19 && all.accepted == 19)
    #expect(try site.client.farm() == ServerFarm())
  }
}

extension Client {
  func isFarm() throws -> Bool { try farm().isFarm(now: clock.now.seconds) }

  /// What is noted of the server.
  func farm() throws -> ServerFarm {
    let key = try Self.masterKey()
    let engine = try #require(configuration.resumption)
    for server in try store.servers() {
      if let bytes = try engine.note(server: server, identity: nil, key: key), let note = ServerNote(bytes) {
        return note.farm
      }
    }
    return ServerFarm()
  }
}
