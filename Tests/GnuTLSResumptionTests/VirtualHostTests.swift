import CGnuTLS
import SessionTickets
import SessionTicketsLocking
import Testing

@testable import GnuTLSResumption

/// A resumption that the full handshake wouldn't have allowed is what nginx's CVE-2025-23419 and httpd's CVE-2025-23048 are.
@Suite("Tickets of virtual hosts")
struct VirtualHostTests {
  @Test("a session of one host is never resumed at another, nor where none is named", arguments: Mode.allCases)
  func otherHost(mode: Mode) throws {
    let server = try Fleet().server()
    var client = ServedClient(mode, name: "one.example")
    #expect(try !client.visit(server))
    for name in ["two.example", "one.example.org", nil] {
      var other = client
      other.name = name
      #expect(try !other.visit(server))
      #expect(other.codes == [0, 0])
    }
    client.name = "ONE.example"
    // GnuTLS itself compares capitals too, up to TLS 1.2.
    #expect(try client.visit(server) == (mode == .tls13), "the same host, in capitals")
  }

  @Test("hosts of one context share sessions under TLS 1.3; one without a context has none", arguments: Mode.allCases)
  func contexts(mode: Mode) throws {
    let server = try Fleet().server(contexts: { $0 == "none.example" ? nil : HostContext("all") })
    var client = ServedClient(mode, name: "one.example")
    #expect(try !client.visit(server))
    client.name = "two.example"
    // GnuTLS itself compares the names up to TLS 1.2.
    #expect(try client.visit(server) == (mode == .tls13))
    var other = ServedClient(mode, name: "none.example")
    for _ in 0..<2 { #expect(try !other.visit(server)) }
    #expect(other.codes == [0, 0] && (other.data == nil || mode != .tls13))
    client.name = "none.example"
    #expect(try !client.visit(server))
  }

  @Test("another client authority, or authentication newly demanded: never resumed", arguments: Mode.allCases)
  func policies(mode: Mode) throws {
    let fleet = Fleet()
    let policies = ["", "authority A", "authority B", "authority A, required"]
    for (index, policy) in policies.enumerated() {
      var client = ServedClient(mode)
      let server = try fleet.server(contexts: { HostContext("\($0 ?? "")\0\(policy)") })
      #expect(try !client.visit(server))
      for (otherIndex, other) in policies.enumerated() where otherIndex != index {
        var visitor = client
        #expect(try !visitor.visit(fleet.server(contexts: { HostContext("\($0 ?? "")\0\(other)") })))
      }
      #expect(try client.visit(server))
    }
  }

  @Test("a policy that changes between two connections to one server is asked for each time", arguments: Mode.allCases)
  func changed(mode: Mode) throws {
    let policy = Lock("none")
    let server = try Fleet().server(contexts: { _ in HostContext(policy.withLock { $0 }) })
    var client = ServedClient(mode)
    #expect(try !client.visit(server))
    policy.withLock { $0 = "required" }
    #expect(try !client.visit(server))
    #expect(try client.visit(server))
  }

  @Test("a session may have contexts of its own", arguments: Mode.allCases)
  func ofSession(mode: Mode) throws {
    let server = try Fleet().server()
    var client = ServedClient(mode)
    let attach: (String) -> (ServedPair) throws -> Void = { listener in
      { unsafe try server.attach(to: $0.server, contexts: { HostContext("\($0 ?? "") \(listener)") }) }
    }
    #expect(try !client.visit(server, attach: attach("A")))
    #expect(try !client.visit(server, attach: attach("B")))
    #expect(try client.visit(server, attach: attach("B")))
  }

  @Test("whoever asks for another host in a second ClientHello is refused")
  func changedName() throws {
    let server = try Fleet().server()
    // The client has no key share of this group: a HelloRetryRequest follows.
    let priority = "NORMAL:-GROUP-ALL:+GROUP-SECP521R1"
    var client = ServedClient(name: "one.example")
    #expect(try !client.visit(server, priority: priority))
    #expect(try client.visit(server, priority: priority), "the same host twice")
    client.afterFirstFlight = { pair in
      unsafe gnutls_server_name_set(pair.client, GNUTLS_NAME_DNS, "two.example", 11)
    }
    #expect(try !client.visit(server, priority: priority))
    #expect(client.codes[0] == GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, "\(client.codes)")
  }

  @Test("any number of names asked for needs little memory")
  func manyNames() throws {
    let server = try Fleet().server()
    var client = ServedClient(name: "one.example")
    #expect(try !client.visit(server))
    for number in 0..<300 {
      client.name = "host\(number).example"
      let context = try #require(HostContext(client.name ?? ""))
      _ = server.key(opening: [try #require(TicketName(ofTicket: [UInt8](repeating: 1, count: 16)[...]))], in: context)
    }
    #expect(server.state.withLock { $0.names.count } <= ServerTickets.maximumContexts)
  }

  @Test("an application's own hook sees every message, and its refusal counts")
  func hook() throws {
    let server = try Fleet().server()
    let seen = Lock<[UInt32]>([])
    let answer = Lock<Int32>(0)
    let attach: (ServedPair) throws -> Void = { pair in
      let hook = unsafe ApplicationHook(messageType: .max, when: GNUTLS_HOOK_POST) { _, type, _, _, _ in
        seen.withLock { $0.append(type) }
        return answer.withLock { $0 }
      }
      unsafe try server.attach(to: pair.server, hook: hook)
    }
    var client = ServedClient()
    #expect(try !client.visit(server, attach: attach))
    #expect(try client.visit(server, attach: attach))
    let types = Set(seen.withLock { $0 })
    #expect(types.isSuperset(of: [GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HANDSHAKE_FINISHED].map(\.rawValue)))
    answer.withLock { $0 = GNUTLS_E_APPLICATION_ERROR_MIN }
    #expect(try !client.visit(server, attach: attach))
    #expect(client.codes[0] == GNUTLS_E_APPLICATION_ERROR_MIN)
  }

  @Test("an application with a hook of its own hands the message on")
  func ownHook() throws {
    let server = try Fleet().server()
    let attach: (ServedPair) throws -> Void = { pair in
      unsafe try server.attach(to: pair.server)
      unsafe gnutls_handshake_set_hook_function(
        pair.server, GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue, GNUTLS_HOOK_PRE
      ) { session, _, _, _, message in
        guard let session = unsafe session, let message = unsafe message?.pointee else { return 0 }
        let bytes = unsafe UnsafeRawBufferPointer(start: message.data, count: Int(message.size))
        return unsafe ServerTickets.clientHelloCame(on: session, bytes)
      }
    }
    for mode in Mode.allCases {
      var client = ServedClient(mode)
      #expect(try !client.visit(server, attach: attach))
      #expect(try client.visit(server, attach: attach))
    }
  }

  @Test("clients' sessions, and those that are attached to already, are refused")
  func wrongSessions() throws {
    let server = try Fleet().server()
    let pair = try ServedPair(.tls13)
    #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) { unsafe try server.attach(to: pair.client) }
    unsafe try server.attach(to: pair.server)
    #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) { unsafe try server.attach(to: pair.server) }
    #expect(pair.handshake() == [0, 0])
    let other = try ServedPair(.tls13)
    #expect(other.handshake() == [0, 0])
    #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) { unsafe try server.attach(to: other.server) }
  }

  @Test("gnutls_deinit lets go of what was attached")
  func released() throws {
    weak var released: ServerTickets?
    do {
      let server = try Fleet().server()
      released = server
      let pair = try ServedPair(.tls13)
      unsafe try server.attach(to: pair.server)
      #expect(pair.handshake() == [0, 0])
    }
    #expect(released == nil)
  }
}
