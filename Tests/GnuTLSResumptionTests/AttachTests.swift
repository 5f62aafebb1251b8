import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import Synchronization
import Testing

@testable import GnuTLSResumption

@Suite("Attaching to a session that belongs to somebody else")
struct AttachTests {
  /// An application that makes its own sessions.
  struct Application {
    let client: Client
    var flags: UInt32 = 0
    var priority: String?
    var verification: Verification = .engineVerifies(.file(Client.fixture("ecdsa-root.pem")))
    var caFile: String?
    var expectedName: String?
    var hook: ApplicationHook?
    var prepare: (RawSession) -> Void = { _ in }
    var afterAttaching: (RawSession) -> Void = { _ in }
    var afterHandshake: (RawSession) -> Void = { _ in }

    var identity: ConnectionIdentity {
      ConnectionIdentity(
        server: ServerIdentity(name: "localhost", port: client.server.port), expectedName: expectedName,
        priority: priority)
    }

    func attach(to session: RawSession, by engine: Resumption? = nil) throws -> GnuTLSResumption.Attachment {
      unsafe try (engine ?? client.resumption()).attach(
        to: session.pointer, identity: identity, verification: verification, hook: hook)
    }

    /// Handshake, one request, one answer, and what came of it.
    @discardableResult
    func run() throws -> Outcome {
      let session = try RawSession(port: client.server.port, flags: flags, priority: priority, caFile: caFile)
      prepare(session)
      let attachment = try attach(to: session)
      defer { attachment.detach() }
      afterAttaching(session)
      let result = session.handshake()
      try attachment.handshakeDone(result)
      guard result == 0 else { throw RawFailure(code: result) }
      afterHandshake(session)
      session.send("hello")
      #expect(try session.receive().get() == Array("hello".utf8))
      attachment.detach()
      return attachment.outcome
    }
  }

  @Test("a second session resumes, with the engine verifying", arguments: Mode.allCases)
  func resumes(mode: Mode) throws {
    var application = Application(client: try Client(mode.script))
    if mode == .tls12SessionID { application.priority = "NORMAL:-VERS-TLS1.3" }
    if mode == .tls12Ticket { application.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2" }
    #expect(try application.run().reason == .noTicket)
    #expect(try application.run().isResumed)
    #expect(application.client.server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("on a non-blocking session, whose get_data2 would give the dummy")
  func nonBlocking() throws {
    let application = Application(client: try Client(), flags: UInt32(GNUTLS_NONBLOCK as Int32))
    #expect(try application.run().ticketsStored == 2)
    #expect(try application.run().isResumed)
  }

  @Test(
    "with a pull function of the application's own, with and without a pull-timeout function", arguments: [true, false])
  func customPull(hasTimeout: Bool) throws {
    var application = Application(client: try Client())
    application.prepare = { $0.useOwnTransport(withTimeout: hasTimeout) }
    #expect(try application.run().ticketsStored == 2)
    #expect(try application.run().isResumed)
  }

  @Test("nothing of the application's data is swallowed, whatever order server and tickets keep")
  func dataBeforeTickets() throws {
    var script = ServerScript()
    script.tickets.precedingData = Array("greeting".utf8)
    let client = try Client(script)
    let session = try RawSession(port: client.server.port)
    let application = Application(client: client)
    let attachment = try application.attach(to: session)
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    attachment.keep()
    #expect(try session.receive().get() == Array("greeting".utf8))
    session.send("hello")
    #expect(try session.receive().get() == Array("hello".utf8))
    attachment.detach()
    #expect(attachment.outcome.ticketsStored == 2)
  }

  @Test("a peer that closes at once leaves the outcome whole")
  func closesAtOnce() throws {
    var script = ServerScript()
    script.tickets.count = 0
    script.ending = Ending(.afterHandshake, closeNotify: .omitted)
    let client = try Client(script)
    let session = try RawSession(port: client.server.port)
    let application = Application(client: client)
    let attachment = try application.attach(to: session)
    #expect(session.handshake() == 0)
    #expect(try attachment.handshakeDone(0).reason == .noTicket)
    #expect(session.receive() == .failure(RawFailure(code: GNUTLS_E_PREMATURE_TERMINATION)))
    attachment.detach()
    #expect(attachment.outcome.ticketsReceived == 0)
  }

  @Test("the application's hook is called, with its type and moment, and its answer reaches GnuTLS")
  func applicationHook() throws {
    let calls = Lock<[UInt32]>([])
    var application = Application(client: try Client())
    application.hook = unsafe ApplicationHook(messageType: UInt32.max, when: GNUTLS_HOOK_PRE) { _, type, when, _, _ in
      calls.withLock { $0.append(type) }
      #expect(when == 0)
      return 0
    }
    #expect(try application.run().ticketsStored == 2)
    let types = calls.withLock { $0 }
    #expect(types.first == GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue)
    #expect(types.filter { $0 == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET.rawValue }.count == 2)

    application.hook = unsafe ApplicationHook(
      messageType: UInt32(GNUTLS_HANDSHAKE_SERVER_HELLO.rawValue), when: GNUTLS_HOOK_POST
    ) { _, _, _, _, _ in GNUTLS_E_APPLICATION_ERROR_MAX }
    #expect(throws: RawFailure(code: GNUTLS_E_APPLICATION_ERROR_MAX)) { try application.run() }
  }

  @Test("a hook that the application sets after ours costs all tickets but the newest, of unknown lifetime")
  func replacedHook() throws {
    var application = Application(client: try Client())
    application.afterAttaching = { session in
      unsafe gnutls_handshake_set_hook_function(
        session.pointer, UInt32(GNUTLS_HANDSHAKE_NEW_SESSION_TICKET.rawValue), GNUTLS_HOOK_POST, { _, _, _, _, _ in 0 })
    }
    #expect(try application.run().ticketsStored == 1)
    let expiry = try application.client.latestExpiry()
    #expect(expiry <= application.client.clock.now.seconds + 7200)
    #expect(try application.run().isResumed)
  }

  @Test("what the application hands in is stored, but for the dummy, and for what the hook has seen")
  func handedIn() throws {
    let client = try Client()
    let application = Application(client: client)
    let session = try RawSession(port: client.server.port)
    let attachment = try application.attach(to: session)
    unsafe gnutls_handshake_set_hook_function(
      session.pointer, UInt32(GNUTLS_HANDSHAKE_FINISHED.rawValue), GNUTLS_HOOK_POST, { _, _, _, _, _ in 0 })
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    attachment.handIn(DummySessionData.bytes)
    #expect(attachment.outcome.notStored == [.dummyData: 1])
    session.send("x")
    _ = session.receive()
    let data = session.data().bytes
    attachment.handIn(data)
    attachment.handIn(data)
    #expect(attachment.outcome.notStored == [.dummyData: 1, .alreadyCaptured: 1])
    attachment.detach()
    #expect(attachment.outcome.ticketsStored == 1)
    #expect(try application.run().isResumed)
  }

  @Test("a ticket that a server sends again is kept once")
  func repeated() throws {
    let client = try Client()
    let session = try RawSession(port: client.server.port)
    let attachment = try Application(client: client).attach(to: session)
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    let context = unsafe try #require(SessionRegistry.context(of: SessionHandle(session.pointer)))
    /// Lifetime, age_add, nonce, ticket, extensions.
    func send(_ ticket: UInt8, lifetime: UInt8) {
      context.capture.sawMessage([0, 0, lifetime, 0, 1, 2, 3, 4, 0, 0, 2, ticket, ticket, 0, 0])
      context.capture.came()
    }
    // What GnuTLS packs then is its newest.
    session.send("x")
    _ = session.receive()
    let received = context.capture.received
    send(7, lifetime: 9)
    send(8, lifetime: 9)
    send(7, lifetime: 9)
    send(7, lifetime: 20)
    #expect(context.capture.received == received + 4)
    #expect(context.capture.notStored == [.alreadyCaptured: 2])
    attachment.detach()
    #expect(attachment.outcome.ticketsStored == received + 2)
  }

  @Test("another expected name is another identity", arguments: Mode.allCases)
  func expectedName(mode: Mode) throws {
    let client = try Client(mode.script)
    var application = Application(client: client, priority: mode == .tls13 ? nil : "NORMAL:-VERS-TLS1.3")
    #expect(try application.run().reason == .noTicket)
    application.expectedName = "127.0.0.1"
    #expect(try application.run().reason == .policyChanged)
    application.expectedName = "example.com"
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(client.server.waitForConnections(3).allSatisfy { $0.clientHello?.offersResumption == false })
    application.expectedName = nil
    #expect(try application.run().isResumed)
  }

  @Test("two sessions whose tickets come late, and in the other order, keep them apart")
  func lateTickets() throws {
    var script = ServerScript()
    script.tickets.moment = .afterFirstData
    let client = try Client(script)
    let other = try Client(script)
    let applications = [Application(client: client), Application(client: other)]
    let engine = try client.resumption()
    let sessions = try applications.map { application in
      let session = try RawSession(port: application.client.server.port)
      let attachment = try application.attach(to: session, by: engine)
      #expect(session.handshake() == 0)
      try attachment.handshakeDone(0)
      return (session, attachment)
    }
    for (session, attachment) in sessions.reversed() {
      session.send("x")
      _ = session.receive()
      attachment.keep()
    }
    for (index, application) in applications.enumerated() {
      let ring = try #require(try engine.keyRing(create: false))
      let server = try IdentityDigests.server(application.identity.server, key: ring.newest)
      #expect(try client.store.select(server: server).count == 2)
      // Each server accepts its own tickets only.
      let session = try RawSession(port: application.client.server.port)
      let attachment = try application.attach(to: session, by: engine)
      #expect(session.handshake() == 0)
      #expect(try attachment.handshakeDone(0).isResumed, "session \(index)")
      attachment.detach()
    }
    for (_, attachment) in sessions { attachment.detach() }
  }

  @Test("the application's session pointer stays its own")
  func sessionPointer() throws {
    var application = Application(client: try Client())
    let mark = unsafe UnsafeMutableRawPointer(bitPattern: 0x1234)
    application.prepare = { unsafe gnutls_session_set_ptr($0.pointer, mark) }
    application.hook = unsafe ApplicationHook(messageType: UInt32.max, when: GNUTLS_HOOK_BOTH) { session, _, _, _, _ in
      #expect(unsafe gnutls_session_get_ptr(session) == mark)
      return 0
    }
    try application.run()
    #expect(try application.run().isResumed)
  }

  @Test("the application's check runs after every handshake, and its refusal is an error and costs the siblings")
  func applicationVerifies() throws {
    let calls = Atomic(0)
    var application = Application(client: try Client())
    application.verification = unsafe .applicationVerifies { _ in
      calls.add(1, ordering: .relaxed)
      return true
    }
    #expect(try application.run().reason == .noTicket)
    #expect(try application.run().isResumed)
    #expect(calls.load(ordering: .relaxed) == 2)
    #expect(try application.client.store.count().tickets == 3)
    application.verification = unsafe .applicationVerifies { _ in false }
    #expect(throws: VerificationFailure.refusedByApplication) { try application.run() }
    #expect(application.client.server.waitForConnections(3)[2].isResumed)
    #expect(try application.client.store.count().tickets == 0)
  }

  @Test("where the verdict doesn't stand, the peer is verified after the resumption with the session's own demands")
  func verifiedAfterResumption() throws {
    var application = Application(client: try Client())
    var policy = VerificationPolicy.file(Client.fixture("ecdsa-root.pem"))
    policy.verdictLifetime = 0
    application.verification = .engineVerifies(policy)
    try application.run()
    // The owner didn't say so in the identity: the chain's keys are too weak for this profile.
    application.prepare = { unsafe gnutls_priority_set_direct($0.pointer, "NORMAL:%PROFILE_FUTURE", nil) }
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(application.client.server.waitForConnections(2)[1].isResumed)
    #expect(try application.client.store.count().tickets == 0)
  }

  @Test("a first handshake that the application refuses stores nothing")
  func refusedAtFirst() throws {
    var application = Application(client: try Client())
    application.verification = unsafe .applicationVerifies { _ in false }
    #expect(throws: VerificationFailure.refusedByApplication) { try application.run() }
    #expect(try application.client.store.count().records == 0)
  }

  @Test("the trust list of the session's own credentials may be the policy")
  func sessionCredentials() throws {
    var application = Application(client: try Client())
    application.verification = .engineVerifies(.sessionCredentials)
    application.caFile = Client.fixture("ecdsa-root.pem")
    #expect(try application.run().reason == .noTicket)
    #expect(try application.run().isResumed)
    application.caFile = Client.fixture("ecdsa-other-root.pem")
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(application.client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("a warning doesn't end the handshake, nor the offers")
  func warning() throws {
    let application = Application(client: try Client())
    try application.run()
    let session = try RawSession(port: application.client.server.port)
    let attachment = try application.attach(to: session)
    #expect(try !attachment.handshakeDone(GNUTLS_E_WARNING_ALERT_RECEIVED).handshakeFailedWithTicket)
    #expect(session.handshake() == 0)
    #expect(try attachment.handshakeDone(0).isResumed)
    attachment.detach()
    #expect(try application.run().isResumed)
  }

  @Test("with false start, the TLS 1.2 session is taken once the server's data have come")
  func falseStart() throws {
    let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
    var application = Application(
      client: try Client(Mode.tls12Ticket.script), flags: UInt32(GNUTLS_ENABLE_FALSE_START.rawValue), priority: priority
    )
    application.afterHandshake = { #expect(unsafe SessionHandle($0.pointer).usedFalseStart) }
    #expect(try application.run().ticketsStored == 1)
    application.afterHandshake = { _ in }
    #expect(try application.run().isResumed)
  }

  @Test("a fatal alert after the handshake removes the TLS 1.2 session")
  func fatalAlert() throws {
    let client = try Client(Mode.tls12Ticket.script)
    var application = Application(client: client, priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2")
    try application.run()
    application.client.server.update { $0.failure = HandshakeFailure(.after, .finished, action: .alert(40)) }
    application.flags = UInt32(GNUTLS_ENABLE_FALSE_START.rawValue)
    #expect(throws: (any Error).self) { try application.run() }
    #expect(try client.store.count().sessions == 0)
  }

  @Test("a session has one attachment: a second is refused until the first lets go, or is forgotten")
  func twice() throws {
    let client = try Client()
    let application = Application(client: client)
    try application.run()
    let session = try RawSession(port: client.server.port)
    let engine = try client.resumption()
    do { _ = try application.attach(to: session, by: engine) }
    #expect(unsafe SessionRegistry.context(of: SessionHandle(session.pointer)) == nil)
    let first = try application.attach(to: session, by: engine)
    let before = try client.store.count()
    for other in [engine, try client.resumption()] {
      #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) { try application.attach(to: session, by: other) }
    }
    // The refused one has claimed nothing, and taken nothing from the first.
    #expect(try client.store.count() == before)
    #expect(session.handshake() == 0)
    try first.handshakeDone(0)
    session.send("x")
    _ = session.receive()
    first.detach()
    #expect(first.outcome.ticketsStored == 2)
  }

  @Test("a session at the address of one that was freed without a word is attached to")
  func forgotten() throws {
    let client = try Client()
    let application = Application(client: client)
    let session = try RawSession(port: client.server.port)
    let forgotten = try application.attach(to: session)
    #expect(session.handshake() == 0)
    try forgotten.handshakeDone(0)
    // As if the owner had freed the session, and GnuTLS made another at its address.
    let setup = unsafe ClientSetup(
      session: SessionHandle(session.pointer), engine: try client.resumption(), identity: application.identity,
      verification: .insecure, credentials: nil, canReconnect: false)
    let next = SessionContext(setup)
    #expect(next.register())
    #expect(unsafe SessionRegistry.context(of: SessionHandle(session.pointer)) === next)
    next.deregister()
    forgotten.detach()
  }
}
