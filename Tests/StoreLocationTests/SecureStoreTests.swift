import Glibc
import GnuTLSResumption
import RedisSessionTickets
import SessionTickets
import SessionTicketsTesting
import Synchronization
import TestPeers
import Testing

@testable import StoreLocation

@Suite("The contract of a store, on Redis by the engine's own TLS")
struct SecureStoreTests {
  /// Of all checks: what each connection leaves is what the next one resumes by.
  private static let local = MemoryStore()
  private static let prefixes = Atomic<Int>(0)

  /// A server that takes connections by TLS, and its port for them.
  private static let server = Result {
    var options = RedisServer.Options()
    let port = try FreePort.find()
    options.securePort = port
    return (try RedisServer(options), port)
  }

  /// Stores by a name in `/etc/hosts`, which the server's certificate has.
  private static let suite = StoreConformance { bounds, observer in
    let port = try server.get().1
    let prefix = "gnutls-resume:s\(prefixes.add(1, ordering: .relaxed).newValue)"
    var url = try RedisURL("rediss://localhost:\(port)?ca-file=\(Fixture.ecdsa.root)&prefix=\(prefix)&wait=10000")
    url.bounds = bounds
    return RedisSessionTickets(url, options: RestingStore.options(for: url, beside: tickets), observer: observer)
  }

  private static let tickets = MasterKey([UInt8](repeating: 7, count: MasterKey.byteCount)).map { key in
    LocalTickets(
      place: FolderPlace(RawPath("/nowhere")), store: local, masterKey: .keys(KeyRing(newest: key)))
  }

  @Test("A store over TLS:", .needs(.redis), arguments: suite.checks.map(\.name))
  func contract(check: String) throws {
    for found in Self.suite.checks where found.name == check { try found.run() }
  }

  @Test("A connection whose descriptor is somebody else's by now isn't read, and isn't closed", .needs(.redis))
  func replacedDescriptor() throws {
    let port = try Self.server.get().1
    let connect = SecureRedisConnection.connect(trusting: RawPath(Fixture.ecdsa.root), tickets: nil)
    let address = try #require(RedisAddress("127.0.0.1"))
    let deadline = RedisDeadline(milliseconds: 10_000)
    let transport = try #require(try connect("localhost", port, [address], deadline) as? SecureRedisConnection)
    #expect(transport.isIdle())
    let number = try #require(transport.descriptor)
    var pair: [Int32] = [0, 0]
    try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    try #require(dup2(pair[0], number) == number)
    defer { for descriptor in pair + [number] { close(descriptor) } }
    try #require(unsafe write(pair[1], "x", 1) == 1)
    #expect(!transport.isIdle())
    transport.close()
    var byte: UInt8 = 0
    #expect(unsafe recv(number, &byte, 1, Int32(MSG_DONTWAIT)) == 1)
  }

  @Test("A server with another name, or of another authority, is refused, and sent nothing", .needs(.redis))
  func unverified() throws {
    let port = try Self.server.get().1
    for (host, root) in [("localhost", Fixture.ecdsa.otherRoot), ("store.example", Fixture.ecdsa.root)] {
      let url = try RedisURL("rediss://:geheim@\(host):\(port)?ca-file=\(root)&wait=10000")
      var options = RestingStore.options(for: url, beside: nil)
      options.addresses = { _ in [RedisAddress("127.0.0.1")].compactMap { $0 } }
      let store = RedisSessionTickets(url, options: options)
      let error = try #require(throws: StoreError.self) { try store.count() }
      #expect(error.description.contains("certificate") && !error.description.contains("geheim"), "\(error)")
    }
  }
}
