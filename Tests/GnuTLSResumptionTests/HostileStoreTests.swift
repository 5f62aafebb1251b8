import Dispatch
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import Testing

@testable import GnuTLSResumption

@Suite("A hostile store")
struct HostileStoreTests {
  /// A client identity, with a number by which it introduces itself to the server once the handshake is over.
  struct Visitor: Sendable {
    let tag: UInt8
    let configuration: TLSConfiguration
    let port: UInt16

    /// Connects, introduces itself, waits for the echo, leaves. Returns what is wrong, or nil.
    func visit() throws -> String? {
      let connection = try TLSConnection.connect(to: "127.0.0.1", port: port, configuration: configuration)
      try connection.write([tag])
      let answer = try connection.read()
      connection.close()
      let outcome = connection.outcome
      let isSound = answer == [tag] && outcome.storeError == nil && outcome.reason != .retried
      return isSound ? nil : "\(outcome), echo \(answer)"
    }
  }

  private static let visits = 5_000
  private static let threads = 4

  @Test("over 5,000 handshakes of eight identities: no wrong resumption, no ticket twice, every connection made")
  func liar() throws {
    let store = LyingStore(seed: 42, master: try Client.masterKey(), otherMaster: try Client.masterKey(9))
    var script = ServerScript()
    script.alpn = ["one"]
    let client = try Client(script, store: store)
    script.tls12Resumption = .sessionIDs
    let twin = try TLSServer(certificate: Client.certificate("ecdsa"), script: script)
    let visitors = visitors(client, twin)
    let failures = Lock<[String]>([])
    DispatchQueue.concurrentPerform(iterations: Self.threads) { thread in
      var generator = SplitMix(seed: UInt64(thread))
      for _ in 0..<(Self.visits / Self.threads) {
        guard let visitor = visitors.randomElement(using: &generator) else { return }
        switch Result(catching: { try visitor.visit() }) {
        case .success(nil): break
        case .success(let text?): failures.withLock { $0.append(text) }
        case .failure(let error): failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(LyingStore.Answer.allCases.allSatisfy { store.answers[$0, default: 0] > 50 }, "\(store.answers)")
    judge([client.server, twin], visitors.count)
  }

  private func visitors(_ client: Client, _ twin: TLSServer) -> [Visitor] {
    let changes: [(inout TLSConfiguration) -> Void] = [
      { _ in },
      { $0.verification = .insecure },
      { $0.applicationProtocols = ["one"] },
      { $0.serverName = "127.0.0.1" },
      { $0.priority = "NORMAL:-VERS-TLS1.3" },
      {
        $0.priority = "NORMAL:-VERS-TLS1.3"
        $0.verification = .insecure
      },
    ]
    let here = changes.enumerated().map { index, change in
      var configuration = client.configuration
      change(&configuration)
      return Visitor(tag: UInt8(index), configuration: configuration, port: client.server.port)
    }
    // The same two identities, but for the server.
    return here
      + [(0, 6), (4, 7)].map { index, tag in
        Visitor(tag: tag, configuration: here[index].configuration, port: twin.port)
      }
  }

  /// Traces every offer in the servers' logs to the connection that the session comes from.
  private func judge(_ servers: [TLSServer], _ identities: Int) {
    let seen = servers.flatMap { $0.waitForConnections($0.connections.count) }
    #expect(seen.count == Self.visits)
    #expect(seen.allSatisfy { $0.state == .ended && $0.handshakeError == 0 && $0.received.count == 1 })
    var origins: [[UInt8]: UInt8] = [:]
    for connection in seen {
      guard let tag = connection.received.first else { continue }
      for ticket in connection.issuedTickets {
        #expect(origins.updateValue(tag, forKey: ticket) == nil)
      }
      if connection.version == "TLS1.2", !connection.isResumed, connection.issuedTickets.isEmpty {
        origins[connection.sessionID] = tag
      }
    }
    var resumptions: [UInt8: Int] = [:]
    var identitiesSeen: Set<[UInt8]> = []
    for connection in seen {
      guard let hello = connection.clientHello, let tag = connection.received.first else { continue }
      for offer in hello.pskIdentities.map(\.identity) {
        #expect(identitiesSeen.insert(offer).inserted, "a ticket was used twice")
        #expect(origins[offer] == tag, "identity \(tag) used a ticket of \(origins[offer] as Any)")
      }
      if let ticket = hello.tls12Ticket, !ticket.isEmpty {
        #expect(origins[ticket] == tag, "identity \(tag) used a session of \(origins[ticket] as Any)")
      } else if !hello.offersTLS13, let origin = origins[hello.legacySessionID] {
        #expect(origin == tag, "identity \(tag) used a session of \(origin)")
      }
      guard connection.isResumed else { continue }
      #expect(hello.offersResumption)
      resumptions[tag, default: 0] += 1
    }
    #expect(resumptions.count == identities && resumptions.values.allSatisfy { $0 > 50 }, "\(resumptions)")
  }

  @Test("only the last offers are remembered, and each of them refuses a second")
  func memory() {
    let offered = OfferedTickets(capacity: 2)
    #expect(offered.insert([1]))
    #expect(!offered.insert([1]))
    #expect(offered.insert([2]) && offered.insert([3]))
    #expect(!offered.insert([3]) && !offered.insert([2]))
    #expect(offered.insert([1]))
  }

  @Test("one ticket is one, whoever has packed it, and when")
  func packedAgain() throws {
    let client = try Client()
    let session = try RawSession(port: client.server.port)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    var data = session.data().bytes
    let offered = OfferedTickets()
    #expect(offered.insert(data))
    let id = unsafe SessionHandle(session.pointer).sessionID
    #expect(LegacySessionID.replace(id, in: &data, by: [UInt8](repeating: 5, count: 32)))
    #expect(!offered.insert(data))
  }
}
