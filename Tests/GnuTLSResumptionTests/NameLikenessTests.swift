import Testing

@testable import GnuTLSResumption

@Suite("Names that GnuTLS may take for the same one")
struct NameLikenessTests {
  /// One attribute, a common name.
  private static func name(_ type: UInt8, _ text: [UInt8]) -> [UInt8] {
    let attribute = [0x06, 0x03, 0x55, 0x04, 0x03, type, UInt8(text.count)] + text
    let container = { (tag: UInt8, contents: [UInt8]) in [tag, UInt8(contents.count)] + contents }
    return container(0x30, container(0x31, container(0x30, attribute)))
  }

  private static func isPossible(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    let answer = NameLikeness.isPossible(one[...], other[...])
    #expect(NameLikeness.isPossible(other[...], one[...]) == answer)
    return answer
  }

  @Test("Types of strings don't matter, texts do")
  func texts() {
    let text = Array("Root A".utf8)
    for type: UInt8 in [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a] {
      #expect(Self.isPossible(Self.name(0x0c, text), Self.name(type, text)))
      #expect(!Self.isPossible(Self.name(0x0c, text), Self.name(type, Array("Root B".utf8))))
      #expect(!Self.isPossible(Self.name(0x0c, text), Self.name(type, Array("Root".utf8))))
      #expect(!Self.isPossible(Self.name(0x0c, text), Self.name(type, Array("Root AA".utf8))))
    }
    // A letter that is one byte here, and two there.
    #expect(Self.isPossible(Self.name(0x0c, Array("Zoë".utf8)), Self.name(0x14, [0x5a, 0x6f, 0xeb])))
  }

  @Test("What may read like anything is possible, and what isn't a name")
  func unsure() {
    let name = Self.name(0x0c, Array("Root".utf8))
    // BMPString, OCTET STRING.
    for type: UInt8 in [0x1e, 0x04] { #expect(Self.isPossible(name, Self.name(type, [0, 0x41]))) }
    let others: [[UInt8]] = [[1], [0x30], [0x30, 0x80, 0, 0], [0x30, 0x84, 0, 0, 0, 1, 5], [0x30, 1]]
    for other in others {
      #expect(Self.isPossible(name, other))
    }
  }

  @Test("Of more or fewer parts it is another")
  func parts() {
    let name = Self.name(0x0c, Array("Root".utf8))
    #expect(!Self.isPossible(name, [0x30, 0]))
    #expect(!Self.isPossible(name, name + name))
  }
}
