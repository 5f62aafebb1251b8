import CGnuTLS
import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("What others choose ends no process, and is taken whole or not at all")
struct ForeignInputTests {
  @Test("a NUL in a priority string is refused, where GnuTLS would read no further")
  func priorities() throws {
    let string = "NORMAL\0:-VERS-ALL:+VERS-TLS1.2"
    for isAppended in [true, false] {
      #expect(throws: GnuTLSError.self) { try PriorityList(string, isAppended: isAppended) }
      #expect(throws: GnuTLSError.self) { try PriorityCache.priorities(string, isAppended: isAppended) }
    }
    var client = try Client()
    client.configuration.priority = string
    let error = #expect(throws: ConnectionError.self) { try client.visit() }
    #expect(error?.code == .configuration && client.server.connections.allSatisfy { $0.clientHello == nil })
  }

  @Test("a protocol's name is offered with its length, and what GnuTLS doesn't take is an error")
  func protocols() throws {
    var client = try Client()
    client.configuration.applicationProtocols = ["h2\0x", "http/1.1"]
    try client.visit()
    #expect(client.server.waitForConnections(1)[0].clientHello?.alpn == ["h2\0x", "http/1.1"])
    for names in [Array(repeating: "h2", count: 40), [String(repeating: "a", count: 300)], [""]] {
      client.configuration.applicationProtocols = names
      let error = #expect(throws: ConnectionError.self) { try client.visit() }
      #expect(error?.code == .configuration)
    }
  }

  @Test("times at either end of all numbers don't trap", arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
  func times(time: Int64) {
    for other in [Int64.min, -1, 0, 1, .max] {
      let sum = time.addingClamped(other)
      #expect(sum == time &+ other || sum == (other < 0 ? .min : .max))
      #expect(other < 0 ? sum <= time : sum >= time)
      for lifetime in [0, UInt32.max] {
        _ = Lifetime.isLive(issued: time, lifetime: lifetime, fullHandshake: other, now: 0)
        #expect(Lifetime.expiry(issued: time, lifetime: lifetime, fullHandshake: other) >= min(time, other))
      }
    }
  }

  @Test("a field that says it is longer than everything is none")
  func fields() {
    var reader = ByteReader([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])
    var other = reader
    #expect(reader.field(UInt64.self) == nil && other.field(Int64.self) == nil && other.bytes(-1) == nil)
  }

  @Test("with all thread-specific keys used up, a path is watched as ever")
  func threadKeys() async {
    await #expect(processExitsWith: .success) {
      var key = pthread_key_t()
      while unsafe pthread_key_create(&key, nil) == 0 {}
      let client = try Client()
      try client.visit()
      guard try client.visitAnew().outcome.isResumed else { exit(1) }
    }
  }

  @Test("a path of trust is bytes: one that is no text names its file")
  func paths() throws {
    let folder = try TemporaryFolder()
    let path = RawPath(bytes: Array(folder.path.utf8) + [UInt8(ascii: "/"), 0xff, 0xfe])
    let pem = try #require(FileManager.default.contents(atPath: Client.fixture("ecdsa-root.pem")))
    let descriptor = unsafe path.withCString { unsafe open($0, O_WRONLY | O_CREAT, 0o600) }
    defer { close(descriptor) }
    try #require(unsafe pem.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } == pem.count)
    var client = try Client()
    client.policy = .file(path)
    try client.visitAnew()
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    client.policy = .file(RawPath(bytes: path.bytes + [0]))
    #expect(throws: ConnectionError.self) { try client.visitAnew() }
  }
}
