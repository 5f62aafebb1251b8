import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A client that sends early data, of a server that takes them; its marks are on a tmpfs, in a folder of its own.
struct EarlyClient {
  var client: Client
  let marks: TemporaryFolder
  static let request = "GET / HTTP/1.0\r\n\r\n"

  init(
    fastOpens: Bool = false, store: any TicketStore = MemoryStore(), _ change: (inout ServerScript) -> Void = { _ in }
  ) throws {
    var script = ServerScript()
    script.maxEarlyData = 1_000
    // Who answers must not be what keeps them from coming twice.
    script.earlyData = .acceptedWithReplays
    script.tickets.count = 1
    change(&script)
    client = try Client(script, store: store, fastOpens: fastOpens)
    marks = try TemporaryFolder(in: "/dev/shm/")
    client.configuration.earlyDataMarks = RawPath(marks.file("marks"))
  }

  /// Connects with a request, and reads the answer, which must be right: the server sends back what comes.
  @discardableResult
  func exchange(
    _ text: String = request, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let connection = try TLSConnection.connect(
      to: "127.0.0.1", port: client.server.port, configuration: client.configuration, earlyData: Array(text.utf8))
    var answer: [UInt8] = []
    while answer.count < text.utf8.count {
      let part = try connection.read()
      if part.isEmpty { break }
      answer += part
    }
    #expect(String(decoding: answer, as: UTF8.self) == text, sourceLocation: sourceLocation)
    connection.close()
    return connection.outcome
  }

  /// What the server has seen of the last connection, and of how many there were.
  func seen(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> ObservedConnection {
    let all = client.server.waitForConnections(count)
    try #require(all.count == count, sourceLocation: sourceLocation)
    return try #require(all.last, sourceLocation: sourceLocation)
  }

  /// Changes what is sealed of each ticket.
  func changeStored(_ change: (inout TicketContents) -> Void) throws {
    let master = try Client.masterKey()
    for (key, record) in try client.storedRecords() {
      var contents = try #require(KeyRing(newest: master).contents(of: record, identity: key.place.identity))
      change(&contents)
      let changed = try contents.sealed(
        as: record.header.kind, expiry: record.header.expiry, at: key.place, under: master)
      #expect(try client.store.replace(key, by: changed, now: client.clock.now))
    }
  }
}
