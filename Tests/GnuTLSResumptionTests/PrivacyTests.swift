import ScriptableTLSServer
import Testing

@testable import GnuTLSResumption

@Suite("Resumptions can't be linked by what they send in the clear")
struct PrivacyTests {
  @Test("of ClientHellos from one origin, legacy session id, random, key share and PSK identity all differ")
  func clientHellosDiffer() throws {
    let client = try Client()
    for _ in 0..<4 { try client.visit() }
    let hellos = try client.server.waitForConnections(4).map { try #require($0.clientHello) }
    #expect(client.server.connections.map(\.isResumed) == [false, true, true, true])
    #expect(hellos.allSatisfy { $0.legacySessionID.count == 32 })
    #expect(Set(hellos.map(\.legacySessionID)).count == 4)
    #expect(Set(hellos.map(\.random)).count == 4)
    #expect(Set(hellos.dropFirst().flatMap { $0.pskIdentities.map(\.identity) }).count == 3)
    let bodies = client.server.connections.compactMap(\.clientHellos.first)
    #expect(Set(try bodies.map { try #require(KeyShareBytes.first(in: $0)) }).count == 4)
  }

  @Test("only the forward-secret key exchange is offered with a ticket")
  func forwardSecrecy() throws {
    let client = try Client()
    try client.visit()
    try client.visit()
    #expect(client.server.waitForConnections(2)[1].clientHello?.pskKeyExchangeModes == [1])
  }

  @Test("an id that doesn't stand exactly once is not replaced")
  func replaceable() {
    let id: [UInt8] = [1, 2, 3]
    var once: [UInt8] = [9, 1, 2, 3, 9]
    #expect(LegacySessionID.replace(id, in: &once, by: [7, 7, 7]))
    #expect(once == [9, 7, 7, 7, 9])
    var twice: [UInt8] = [1, 2, 3, 1, 2, 3]
    #expect(!LegacySessionID.replace(id, in: &twice, by: [7, 7, 7]))
    #expect(twice == [1, 2, 3, 1, 2, 3])
    var absent: [UInt8] = [1, 2]
    #expect(!LegacySessionID.replace(id, in: &absent, by: [7, 7, 7]))
    #expect(LegacySessionID.replace([], in: &absent, by: []))
  }
}

/// The bytes of the first key share in a ClientHello's body (RFC 8446, section 4.2.8).
private enum KeyShareBytes {
  static func first(in hello: [UInt8]) -> [UInt8]? {
    var reader = ByteReader(hello[...])
    guard reader.bytes(34) != nil, reader.field(UInt8.self) != nil, reader.field(UInt16.self) != nil,
      reader.field(UInt8.self) != nil, let extensions = reader.field(UInt16.self)
    else { return nil }
    var list = ByteReader(extensions)
    while let type = list.integer(UInt16.self), let body = list.field(UInt16.self) {
      guard type == 51 else { continue }
      var shares = ByteReader(body)
      guard shares.integer(UInt16.self) != nil, shares.integer(UInt16.self) != nil else { return nil }
      return shares.field(UInt16.self).map { Array($0) }
    }
    return nil
  }
}
