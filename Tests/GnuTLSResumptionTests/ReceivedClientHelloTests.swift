import Testing

@testable import GnuTLSResumption

@Suite("Reading a client's ClientHello")
struct ReceivedClientHelloTests {
  private func field(_ bytes: [UInt8], _ width: Int = 2) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
  }

  private func hello(_ extensions: [(UInt8, [UInt8])], cookie: [UInt8] = [], sessionID: [UInt8] = []) -> [UInt8] {
    [3, 3] + [UInt8](repeating: 9, count: 32) + field(sessionID, 1) + cookie + [0, 2, 0x13, 1, 1, 0]
      + field(extensions.flatMap { [0, $0.0] + field($0.1) })
  }

  private func name(_ text: String) -> (UInt8, [UInt8]) { (0, field([0] + field(Array(text.utf8)))) }

  private func ticket(_ byte: UInt8, count: Int = 40) -> [UInt8] { [UInt8](repeating: byte, count: count) }

  private func identities(_ tickets: [[UInt8]]) -> (UInt8, [UInt8]) {
    (41, field(tickets.flatMap { field($0) + [0, 0, 0, 1] }) + field(field([1], 1)))
  }

  private func names(_ bytes: UInt8...) throws -> [TicketName] {
    try bytes.map { try #require(TicketName(ofTicket: ticket($0)[...])) }
  }

  @Test("the server name in lower case, and the names of the tickets' keys, TLS 1.3's first")
  func fields() throws {
    let read = ReceivedClientHello(hello([(35, ticket(3)), name("A.Example"), identities([ticket(1), ticket(2)])]))
    #expect(try read?.serverName == "a.example" && read?.tickets == names(1, 2, 3))
    let bare = ReceivedClientHello(hello([(35, [])]))
    #expect(bare != nil && bare?.serverName == nil && bare?.tickets == [])
    let old = ReceivedClientHello([3, 1] + [UInt8](repeating: 9, count: 32) + [0, 0, 2, 0, 47, 1, 0])
    #expect(old != nil && old?.tickets == [])
    #expect(ReceivedClientHello(hello([name("a")], cookie: [2, 5, 5]), isDatagram: true)?.serverName == "a")
  }

  @Test("what could be read in two ways, or is damaged anywhere, is none")
  func malformed() {
    let whole = hello([name("a.example"), (35, ticket(3)), identities([ticket(1)])])
    // Without extensions it is one of old.
    for length in whole.indices where length != 41 { #expect(ReceivedClientHello(Array(whole.prefix(length))) == nil) }
    #expect(ReceivedClientHello(whole + [0]) == nil)
    let twoNames = field([0] + field(Array("a".utf8)) + [0] + field(Array("b".utf8)))
    for body in [twoNames, field([1] + field([65])), field([0, 0, 0]), field([]), [], field([0] + field([65])) + [0]] {
      #expect(ReceivedClientHello(hello([(0, body)])) == nil)
    }
    for text in ["a\0b", "a b", "a_b", "é", "a/b"] { #expect(ReceivedClientHello(hello([name(text)])) == nil) }
    for extensions in [[name("a"), name("a")], [(35, []), (35, [])], [identities([]), identities([])]] {
      #expect(ReceivedClientHello(hello(extensions)) == nil)
    }
    #expect(ReceivedClientHello(hello([(41, field([0, 9, 1]))])) == nil)
  }

  @Test("of many tickets, or short ones, few are looked at")
  func many() throws {
    let many = ReceivedClientHello(hello([identities((0..<100).map { ticket($0) })]))
    #expect(many?.tickets.count == ReceivedClientHello.maximumTickets)
    let short = ReceivedClientHello(hello([(35, ticket(3, count: 15)), identities([ticket(1, count: 1), ticket(2)])]))
    #expect(try short?.tickets == names(2))
  }
}
