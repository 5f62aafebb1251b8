import CGnuTLS
import Glibc
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

/// Servers that share a store and a master key, and clients of plain GnuTLS. Handshakes run on the calling thread alone, so
/// that GnuTLS's clock may be shifted.
struct Fleet {
  let store: any TicketStore
  let sessionStore: any TicketStore
  var options = ServerOptions()
  let events = EventLog()

  init(_ store: any TicketStore = MemoryStore(role: .server), slotLength: Int64 = 3600, lifetime: Int64 = 21_600) {
    self.store = store
    sessionStore = MemoryStore(role: .server)
    options.slotLength = slotLength
    options.lifetime = lifetime
    // A busy machine is no slow store: the tests of those choose their own.
    options.patience = 60_000
    options.observer = { [events] in events.note($0) }
  }

  static let hosts: HostContexts = { HostContext($0 ?? "no name") }

  static func masterKey(_ byte: UInt8 = 7) throws -> MasterKeySource {
    .keys(KeyRing(newest: try #require(MasterKey([UInt8](repeating: byte, count: 32)))))
  }

  /// Another server, with only the stores and the key in common with the others.
  func server(
    key: MasterKeySource? = nil, clock: (@Sendable () -> WallTime)? = nil, contexts: @escaping HostContexts = hosts
  ) throws -> ServerTickets {
    var options = options
    if let clock { options.clock = clock }
    let key = try key ?? Self.masterKey()
    return ServerTickets(
      store: store, masterKey: key,
      sessions: ServerSessions(store: sessionStore, masterKey: key, options: options), options: options,
      contexts: contexts)
  }
}

/// A clock that stands where it is put, and GnuTLS's with it.
final class StandingClock: Sendable {
  private let seconds: Lock<Int>

  init() {
    let now = Int(WallTime.now().seconds)
    seconds = Lock(now)
  }

  var now: WallTime { WallTime(seconds: Int64(seconds.withLock { $0 })) }

  func advance(seconds step: Int) { seconds.withLock { $0 += step } }

  func run(_ body: () throws -> Void) rethrows { try GnuTLSClock.stopped(at: seconds.withLock { $0 }, body) }
}

/// What a server has said.
final class EventLog: Sendable {
  private let lines = Lock<[String]>([])

  func note(_ event: ServerEvent) { lines.withLock { $0.append(event.description) } }

  var all: [String] { lines.withLock { $0 } }

  func removeAll() { lines.withLock { $0 = [] } }

  func has(_ part: String) -> Bool { all.contains { $0.contains(part) } }
}

/// A client's session data, and how they were got.
struct ServedClient {
  var mode = Mode.tls13
  /// Nil: it names no host.
  var name: String? = "localhost"
  private(set) var data: [UInt8]?
  private(set) var isResumed = false
  /// What the server's and the client's `gnutls_handshake` returned at last.
  private(set) var codes: [Int32] = []
  /// Runs when the first ClientHello has left.
  var afterFirstFlight: ((ServedPair) -> Void)?

  init(_ mode: Mode = .tls13, name: String? = "localhost") {
    self.mode = mode
    self.name = name
  }

  /// Forgets what it has.
  mutating func forget() { data = nil }

  /// Connects, offering what it has, and keeps what it gets. Returns whether it was resumed.
  @discardableResult
  mutating func visit(
    _ server: ServerTickets, attach: ((ServedPair) throws -> Void)? = nil, priority: String = "NORMAL"
  ) throws -> Bool {
    let pair = try ServedPair(mode, priority: priority)
    if let attach { try attach(pair) } else { unsafe try server.attach(to: pair.server) }
    if let name { unsafe gnutls_server_name_set(pair.client, GNUTLS_NAME_DNS, name, name.utf8.count) }
    if let data { try #require(unsafe gnutls_session_set_data(pair.client, data, data.count) == 0) }
    codes = pair.handshake(afterFirstFlight: afterFirstFlight)
    guard codes == [0, 0] else {
      isResumed = false
      return false
    }
    isResumed = unsafe gnutls_session_is_resumed(pair.server) != 0
    #expect(unsafe (gnutls_session_is_resumed(pair.client) != 0) == isResumed)
    if let data = pair.ticketOfClient() { self.data = data }
    return isResumed
  }
}

/// Two sessions with a pair of sockets between them.
@safe
final class ServedPair {
  let server: gnutls_session_t
  let client: gnutls_session_t
  private let descriptors: [Int32]

  private static let credentials: UInt = {
    var credentials: gnutls_certificate_credentials_t?
    unsafe gnutls_certificate_allocate_credentials(&credentials)
    unsafe gnutls_certificate_set_x509_key_file(
      credentials, Fixture.ecdsa.chain, Fixture.ecdsa.key, GNUTLS_X509_FMT_PEM)
    return UInt(bitPattern: credentials)
  }()

  init(_ mode: Mode, priority: String = "NORMAL") throws {
    var pair: [Int32] = [0, 0]
    try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    descriptors = pair
    func session(_ flags: Int32, _ priority: String, _ descriptor: Int32) throws -> gnutls_session_t {
      var session: gnutls_session_t?
      unsafe gnutls_init(&session, UInt32(flags | GNUTLS_NONBLOCK as Int32))
      let made = unsafe try #require(session)
      unsafe gnutls_credentials_set(
        made, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(bitPattern: Self.credentials))
      try #require(unsafe gnutls_priority_set_direct(made, priority, nil) == 0)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      unsafe cgnutls_transport_set_descriptor(made, descriptor)
      return unsafe made
    }
    let versions = mode == .tls13 ? "" : ":-VERS-TLS1.3"
    unsafe server = try session(GNUTLS_SERVER as Int32, priority, pair[0])
    let noTickets = mode == .tls12SessionID ? GNUTLS_NO_TICKETS as Int32 : 0
    unsafe client = try session(GNUTLS_CLIENT as Int32 | noTickets, "NORMAL" + versions, pair[1])
  }

  deinit {
    unsafe gnutls_deinit(client)
    unsafe gnutls_deinit(server)
    for descriptor in descriptors { close(descriptor) }
  }

  /// Runs both sides in turn. Returns what they returned at last: server, client.
  func handshake(afterFirstFlight: ((ServedPair) -> Void)? = nil) -> [Int32] {
    func step(_ code: inout Int32, _ session: gnutls_session_t) {
      if code != 0, gnutls_error_is_fatal(code) == 0 { code = unsafe gnutls_handshake(session) }
    }
    var codes: [Int32] = [GNUTLS_E_AGAIN, GNUTLS_E_AGAIN]
    for round in 0..<20 {
      unsafe step(&codes[1], client)
      if round == 0 { afterFirstFlight?(self) }
      unsafe step(&codes[0], server)
    }
    return codes
  }

  /// What the client can resume by.
  func ticketOfClient() -> [UInt8]? {
    _ = unsafe gnutls_record_send(server, "x", 1)
    var buffer = [UInt8](repeating: 0, count: 8)
    for _ in 0..<10 where unsafe gnutls_record_recv(client, &buffer, buffer.count) != 1 {}
    let isTLS13 = unsafe gnutls_protocol_get_version(client) == GNUTLS_TLS1_3
    let flags = unsafe gnutls_session_get_flags(client)
    if isTLS13, flags & UInt32(GNUTLS_SFLAGS_SESSION_TICKET.rawValue) == 0 { return nil }
    var datum = unsafe gnutls_datum_t()
    guard unsafe gnutls_session_get_data2(client, &datum) == 0 else { return nil }
    defer { unsafe cgnutls_free(datum.data) }
    return unsafe Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
  }
}
