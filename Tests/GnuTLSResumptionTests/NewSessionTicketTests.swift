import Testing

@testable import GnuTLSResumption

@Suite("Reading NewSessionTicket messages")
struct NewSessionTicketTests {
  private func message(
    lifetime: [UInt8] = [0, 0, 0x1c, 0x20], nonce: [UInt8] = [1], ticket: [UInt8] = [1, 2], extensions: [UInt8] = []
  ) -> [UInt8] {
    lifetime + [9, 9, 9, 9] + [UInt8(nonce.count)] + nonce + [0, UInt8(ticket.count)] + ticket
      + [0, UInt8(extensions.count)] + extensions
  }

  @Test("lifetime and early-data limit")
  func fields() {
    #expect(NewSessionTicket(parsing: message())?.lifetime == 7200)
    #expect(NewSessionTicket(parsing: message())?.earlyDataLimit == 0)
    #expect(NewSessionTicket(parsing: message())?.size == 2)
    let (one, other) = (NewSessionTicket(parsing: message()), NewSessionTicket(parsing: message(ticket: [1, 3])))
    #expect(one?.digest != nil && one?.digest != other?.digest)
    let early: [UInt8] = [0, 42, 0, 4, 0, 0, 0x40, 0]
    #expect(NewSessionTicket(parsing: message(extensions: early))?.earlyDataLimit == 16_384)
    #expect(NewSessionTicket(parsing: message(extensions: [0x7a, 0x7a, 0, 1, 5] + early))?.earlyDataLimit == 16_384)
  }

  @Test("an empty ticket, a wrong length, anything behind: not such a message")
  func malformed() {
    #expect(NewSessionTicket(parsing: message(ticket: [])) == nil)
    #expect(NewSessionTicket(parsing: message() + [0]) == nil)
    #expect(NewSessionTicket(parsing: message(extensions: [0, 42, 0, 3, 0, 0, 1])) == nil)
    #expect(NewSessionTicket(parsing: message(extensions: [0, 42, 0, 9, 0])) == nil)
    let whole = message(extensions: [0, 42, 0, 4, 0, 0, 0x40, 0])
    for length in whole.indices { #expect(NewSessionTicket(parsing: Array(whole.prefix(length))) == nil) }
  }

  @Test("TLS 1.2's message")
  func tls12() {
    #expect(NewSessionTicket(parsingTLS12: [0, 0, 0, 9, 0, 2, 1, 1])?.lifetime == 9)
    #expect(NewSessionTicket(parsingTLS12: [0, 0, 0, 9, 0, 3, 1, 1]) == nil)
    #expect(NewSessionTicket(parsingTLS12: [0, 0, 0, 9, 0, 1, 1, 1]) == nil)
  }

  @Test("the dummy is known, real data are not taken for it")
  func dummy() {
    #expect(DummySessionData.matches([0, 0, 0, 0]))
    #expect(DummySessionData.matches([]))
    #expect(!DummySessionData.matches([0, 0, 0]))
    #expect(!DummySessionData.matches([0, 0, 0, 0, 0]))
    #expect(!DummySessionData.matches([0, 0, 0, 1]))
  }
}
