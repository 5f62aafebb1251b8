import Testing

@testable import RedisSessionTickets

@Suite("The decoder of Redis's protocol")
struct RESPDecoderTests {
  private static let texts: [(String, RESPValue)] = [
    ("+OK\r\n", .simple(Array("OK".utf8))),
    ("+\r\n", .simple([])),
    ("-ERR no\r\n", .error(Array("ERR no".utf8))),
    (":-9223372036854775807\r\n", .integer(-.max)),
    (":0\r\n", .integer(0)),
    ("$0\r\n\r\n", .bulk([])),
    ("$4\r\na\r\nb\r\n", .bulk(Array("a\r\nb".utf8))),
    ("$-1\r\n", .null),
    ("*-1\r\n", .null),
    ("*0\r\n", .array([])),
    ("*3\r\n:1\r\n*1\r\n$1\r\nx\r\n$-1\r\n", .array([.integer(1), .array([.bulk([0x78])]), .null])),
  ]

  @Test("Answers are read, in one piece or byte by byte, one behind the other")
  func pieces() throws {
    for (text, value) in Self.texts {
      var whole = RESPDecoder()
      whole.append(Array((text + text).utf8))
      #expect(try whole.next() == value, "\(text)")
      #expect(try whole.next() == value, "\(text)")
      #expect(try whole.next() == nil)
      #expect(whole.isEmpty)
      var decoder = RESPDecoder()
      for byte in text.utf8.dropLast() {
        decoder.append([byte])
        #expect(try decoder.next() == nil, "\(text)")
      }
      decoder.append([0x0A])
      #expect(try decoder.next() == value, "\(text)")
    }
  }

  @Test(
    "What is no answer, or more than one may be, is refused as soon as that can be told",
    arguments: [
      ("x", RESPDecoder.Violation.unknownType), ("\r\n", .unknownType), (":\r\n", .noNumber), (":1x\r\n", .noNumber),
      (":9223372036854775808\r\n", .noNumber), (":--1\r\n", .noNumber), ("$-2\r\n", .noNumber), ("*-2\r\n", .noNumber),
      ("$1\r\nxy\r\n", .unterminated), ("+a\rb", .unterminated), ("$1073741824\r\n", .tooLarge),
      ("$163841\r\n", .tooLarge), ("*4096\r\n", .tooMany), ("*9223372036854775807\r\n", .tooMany),
      ("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", .tooDeep), ("+" + String(repeating: "x", count: 5_000), .lineTooLong),
    ])
  func violations(text: String, violation: RESPDecoder.Violation) {
    var decoder = RESPDecoder()
    decoder.append(Array(text.utf8))
    #expect(throws: violation) { try decoder.next() }
  }

  @Test("An answer of many large strings is refused when it gets too large as a whole")
  func total() {
    var bounds = RESPDecoder.Bounds()
    bounds.totalBytes = 1_000
    var decoder = RESPDecoder(bounds)
    decoder.append(Array("*3\r\n$600\r\n".utf8) + [UInt8](repeating: 1, count: 600) + Array("\r\n$600\r\n".utf8))
    #expect(throws: RESPDecoder.Violation.tooLarge) { try decoder.next() }
  }

  @Test("So is one of many lines")
  func totalOfLines() {
    var bounds = RESPDecoder.Bounds()
    bounds.totalBytes = 1_000
    var decoder = RESPDecoder(bounds)
    decoder.append(Array(("*4\r\n" + String(repeating: "+\(String(repeating: "x", count: 400))\r\n", count: 3)).utf8))
    #expect(throws: RESPDecoder.Violation.tooLarge) { try decoder.next() }
  }
}
