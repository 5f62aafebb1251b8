import CSessionTicketsTrials
import Foundation
import RedisSessionTickets
import SessionTickets
import SessionTicketsTesting
import TestPeers
import Testing

@Suite("Many processes on one server", .serialized)
struct RedisProcessTests {
  /// `GNUTLS_RESUMPTION_STRESS_TICKETS` says how many tickets each inserter inserts, 10000 in the whole exercise.
  private static let tickets = ProcessInfo.processInfo.environment["GNUTLS_RESUMPTION_STRESS_TICKETS"] ?? "2000"

  @Test(
    "Every ticket is given once, evicted, expired or stored, by the server's own count", .needs(.redis),
    arguments: [0, 60])
  func accountsForEveryTicket(kills: Int) throws {
    let folder = try TemporaryFolder()
    let server = try RedisServer()
    let result = try ProcessRunner.run(
      [
        try BuiltProducts.executable("store-stress"), "run", folder.path, "\(UInt64.random(in: 0...UInt64.max))",
        "\(kills)",
      ],
      // So few that some of both bounds' are evicted.
      environment: [
        "STORE_STRESS_URL": "\(server.socketURL)?per-identity=6&records=2000", "STORE_STRESS_TICKETS": Self.tickets,
      ],
      timeLimit: .seconds(280))
    #expect(result.status == 0, "\(result.output)")
    print(result.output)
  }

  @Test("The same from four hosts, each with a network of its own", .needs(.redis, .superuser))
  func fourHosts() throws {
    let result = try ProcessRunner.run(
      [Fixture.packageFolder + "/.ci/fleet-stress", Self.tickets, "60"],
      environment: ["STORE_STRESS": try BuiltProducts.executable("store-stress")], timeLimit: .seconds(280))
    #expect(result.status == 0, "\(result.output)")
    print(result.output)
  }

  @Test("A forked child makes a connection of its own", .needs(.redis))
  func forked() throws {
    guard trial_has_thread_sanitizer() == 0 else { return }
    let server = try RedisServer()
    let store = RedisSessionTickets(try RedisURL(server.socketURL), options: RedisTrial.patient)
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try store.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    let before = try #require(Int(try server.information("total_connections_received")))
    let context = unsafe Unmanaged.passUnretained(store).toOpaque()
    let status = unsafe trial_in_child(
      TRIAL_FORK,
      { context in
        guard let context = unsafe context else { return 2 }
        let store = unsafe Unmanaged<RedisSessionTickets>.fromOpaque(context).takeUnretainedValue()
        guard case .claimed? = try? store.take(from: RecordFactory.place(), now: RecordFactory.start) else { return 1 }
        return 0
      }, context)
    #expect(status == 0)
    // The parent's is as good as before, and no answer of the child's is on it.
    guard case .claimed = try store.take(from: place, now: RecordFactory.start) else {
      Issue.record("the parent is given nothing")
      return
    }
    #expect(try store.counters().taken == 2)
    // Each question of redis-cli is a connection too.
    #expect(try server.information("total_connections_received") == "\(before + 2)")
  }
}
