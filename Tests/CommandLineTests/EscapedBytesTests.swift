import Testing

@testable import gnutls_resume

/// Words that are no text, on their way through the option parser.
struct EscapedBytesTests {
  private func expectUnchanged(_ bytes: [UInt8]) {
    let word = String(escaping: bytes)
    #expect(word.unescapedBytes == bytes)
    // Text stays as it is, so that the parser knows its options.
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: \.isEscapedByte) {
      #expect(Array(word.utf8) == bytes)
    }
  }

  @Test("Every word comes out as it went in: of one byte, two, and three")
  func short() {
    for first in UInt8.min...UInt8.max {
      expectUnchanged([first])
      for second in UInt8.min...UInt8.max { expectUnchanged([first, second, 0x41]) }
    }
  }

  @Test(
    "So does what only looks like text, or is of the range that the escapes are of",
    arguments: [
      [], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xE2, 0x82], [0xFF, 0xFE],
      Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("\u{10FE80}\u{10FEFF}".utf8), [0xF4, 0x8F, 0xBA],
      Array("\u{10FE7F}\u{10FF00}\u{10FFFD}".utf8), Array("\r\n".utf8), Array("--store=\u{338}x".utf8) + [0x80],
    ] as [[UInt8]])
  func odd(bytes: [UInt8]) { expectUnchanged(bytes) }

  @Test("Different words stay different, also those that Unicode takes for the same")
  func distinct() {
    let words =
      ["\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}"].map { Array($0.utf8) } + [[0xE9], [0xF4, 0x8F, 0xBB, 0xA9]]
    let paths = words.map { PathArgument(argument: String(escaping: $0)).path }
    #expect(Set(paths).count == words.count && paths.map(\.bytes) == words)
  }

  @Test("What must be text is refused if it isn't, also where it looks like an escape")
  func demandedText() throws {
    #expect(try text("caf\u{E9}") == "caf\u{E9}")
    for bytes in [[0xE9], Array("\u{10FEE9}".utf8)] as [[UInt8]] {
      #expect(throws: (any Error).self) { try text(String(escaping: bytes)) }
    }
  }

  @Test("What is shown has nothing that a terminal obeys, and nothing that is no text")
  func shown() throws {
    #expect("a\u{1B}[31mb\u{7F}\u{9B}c\n".printable == "a\\u{1B}[31mb\\u{7F}\\u{9B}c\\u{A}")
    #expect("\u{202E}x\u{2066}\u{200F}\u{2028}\u{FEFF}".printable == "\\u{202E}x\\u{2066}\\u{200F}\\u{2028}\\u{FEFF}")
    #expect(String(escaping: [0x61, 0xE9, 0x62]).printable == "a\u{FFFD}b")
    #expect("Grüße, 世界 👋".printable == "Grüße, 世界 👋")
    #expect(try ["\u{9B}\u{202E}\u{E0001}\"\\"].json() == #"["\u009b\u202e\udb40\udc01\"\\"]"#)
  }

  @Test("No duration is too odd to be shown")
  func durations() {
    #expect(1.234.milliseconds == "1.23 ms" && 0.0.milliseconds == "0.00 ms" && 1234.5.milliseconds == "1234.50 ms")
    #expect((-1.0).milliseconds == "0.00 ms" && Double.nan.milliseconds == "0.00 ms")
    for odd in [Double.infinity, -.infinity, 1e300] { #expect(odd.milliseconds.hasSuffix(" ms")) }
  }
}
