import Glibc
import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOGnuTLS
import NIOPosix
import ScriptableTLSServer
import SessionTickets
import SessionTicketsTesting
import TestPeers
import Testing

@Suite("Resumption over NIO")
struct ResumptionTests {
  private func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  private func claims(_ observer: RecordingObserver) -> [RecordID] {
    observer.events.compactMap { event in
      if case .lookedUp(_, let id) = event { id } else { nil }
    }
  }

  @Test("tickets are shared with all other ways to use them")
  func shared() async throws {
    let server = try server()
    let client = try Client()
    var configuration = client.configuration
    configuration.serverName = "localhost"
    func connect() throws -> Outcome {
      let connection = try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: configuration)
      connection.close()
      return connection.outcome
    }
    #expect(try connect().reason == .noTicket)
    #expect(try await client.exchange(with: server.port).isResumed)
    #expect(try connect().isResumed)
  }

  @Test("the store is never waited for on an event loop")
  func offLoop() async throws {
    let onLoop = NIOLockedValueBox(0)
    let store = MemoryStore(observer: { _ in
      if MultiThreadedEventLoopGroup.currentEventLoop != nil { onLoop.withLockedValue { $0 += 1 } }
    })
    let server = try server()
    let client = try Client(store: store)
    for _ in 0..<3 { try await client.exchange(with: server.port) }
    server.restart()
    #expect(try await client.exchange(with: server.port).reason == .declined)
    #expect(onLoop.withLockedValue { $0 } == 0)
  }

  @Test("data don't wait for a slow store")
  func slowStore() async throws {
    let hasAnswer = NIOLockedValueBox(false)
    let waitedInVain = NIOLockedValueBox(false)
    let store = MemoryStore(observer: { event in
      guard case .inserted = event else { return }
      for _ in 0..<5_000 where !hasAnswer.withLockedValue({ $0 }) { usleep(1_000) }
      if !hasAnswer.withLockedValue({ $0 }) { waitedInVain.withLockedValue { $0 = true } }
    })
    let server = try server()
    let client = try Client(store: store)
    let recorder = Recorder(onData: { _, _ in hasAnswer.withLockedValue { $0 = true } })
    let connection = try await client.connect(to: server.port, recorder)
    try await connection.write("hello")
    try await recorder.wait { $0.text == "hello" }
    try await connection.close()
    #expect(!waitedInVain.withLockedValue { $0 })
    #expect(try await connection.outcome?.ticketsStored == 2)
  }

  @Test("a connection that is closed when it stands, as the loser of a race, claims nothing")
  func loser() async throws {
    let observer = RecordingObserver()
    let server = try server()
    let client = try Client(store: MemoryStore(observer: observer.observe))
    try await client.exchange(with: server.port)
    let stored = try client.store.count()
    let recorder = Recorder(reaction: { event, context in if event == .active { context.close(promise: nil) } })
    let connection = try await client.connect(to: server.port, recorder)
    try await recorder.wait { $0.events.last == .inactive }
    try? await connection.close()
    #expect(claims(observer).isEmpty)
    #expect(try client.store.count() == stored)
  }

  @Test("of several addresses, the one that is connected to costs one ticket, and the others none")
  func addresses() async throws {
    let observer = RecordingObserver()
    let server = try server()
    let client = try Client(store: MemoryStore(observer: observer.observe))
    try await client.exchange(with: server.port)
    let made = NIOLockedValueBox(0)
    let recorder = Recorder()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { [configuration = client.configuration] channel in
        made.withLockedValue { $0 += 1 }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            GnuTLSClientHandler(configuration: configuration, serverName: "localhost"))
          if made.withLockedValue({ $0 }) >= 1 { try channel.pipeline.syncOperations.addHandler(recorder) }
        }
      }
      // The first has nobody listening.
      .connect(host: "localhost", port: Int(server.port)).get()
    try await channel.writeAndFlush(ByteBuffer(string: "hello"))
    try await recorder.wait { $0.text == "hello" }
    #expect(claims(observer).count == 1)
    try await channel.close()
  }

  @Test("tickets that come late are stored: with data, and while closing", arguments: [true, false])
  func late(withData: Bool) async throws {
    let server = try server {
      $0.tickets.delay = 50
      if withData { $0.tickets.moment = .afterFirstData }
    }
    let client = try Client()
    if withData {
      try await client.exchange(with: server.port)
    } else {
      let connection = try await client.connect(to: server.port)
      try await connection.handshake()
      try await connection.close()
    }
    #expect(try client.store.count().records == 2)
    #expect(try await client.exchange(with: server.port).isResumed)
  }

  @Test("a ticket that the server declines leads to a full handshake, and the next one resumes")
  func declined() async throws {
    let server = try server()
    let client = try Client()
    try await client.exchange(with: server.port)
    server.restart()
    #expect(try await client.exchange(with: server.port).reason == .declined)
    #expect(try await client.exchange(with: server.port).isResumed)
  }

  @Test("a store that is of no use breaks no connection")
  func brokenStore() async throws {
    let server = try server()
    let client = try Client()
    client.store.close()
    let outcome = try await client.exchange(with: server.port)
    #expect(outcome.reason == .storeUnavailable)
    #expect(outcome.storeError != nil)
  }

  @Test("without resumption nothing is kept")
  func disabled() async throws {
    let server = try server()
    var client = try Client()
    client.configuration.resumption = nil
    #expect(try await client.exchange(with: server.port).reason == .disabled)
    #expect(try client.store.count().records == 0)
  }

  @Test("a server that ends resumed connections is offered nothing for a while")
  func suspected() async throws {
    let server = try server { $0.failureOfResumed = .reset }
    let client = try Client()
    try await client.exchange(with: server.port)
    let connection = try await client.connect(to: server.port)
    try? await connection.write("hello")
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events.last == .inactive)
    // What the end has taught is noted a moment later.
    for _ in 0..<1_000 {
      let outcome = try? await client.exchange(with: server.port)
      if outcome?.reason == .withheld { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it is still offered tickets")
  }

  @Test("many connections at once are all answered, and no ticket is used twice")
  func many() async throws {
    let observer = RecordingObserver()
    let server = try server { $0.tickets.count = 4 }
    let client = try Client(store: MemoryStore(observer: observer.observe))
    for _ in 0..<4 { try await client.exchange(with: server.port) }
    let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          var resumed = 0
          for _ in 0..<8 where try await client.exchange(with: server.port).isResumed { resumed += 1 }
          return resumed
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(resumed > 0)
    let seen = server.waitForConnections(4 + 16 * 8).compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(seen.count >= resumed)
    #expect(Set(seen).count == seen.count)
    let claimed = claims(observer)
    #expect(Set(claimed).count == claimed.count)
  }

  @Test("a pool that is shut down is an error, and no crash")
  func noPool() async throws {
    let server = try server()
    var client = try Client()
    client.pool = NIOThreadPool(numberOfThreads: 1)
    client.pool.start()
    try await client.pool.shutdownGracefully()
    let connection = try await client.connect(to: server.port)
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.configuration), .inactive])
  }
}
