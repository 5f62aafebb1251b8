import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("The seal of what is moved from one store to another")
struct MoveSealTests {
  private let sender: Curve25519KeyPair
  private let recipient: Curve25519KeyPair
  private let info = Array("what for".utf8)
  private let data = Array("beside it".utf8)
  private let text = Array("moved, not copied".utf8)

  init() throws {
    sender = try Curve25519KeyPair([UInt8](repeating: 1, count: 32))
    recipient = try Curve25519KeyPair([UInt8](repeating: 2, count: 32))
  }

  private func open(_ sealed: [UInt8]) -> [UInt8]? {
    MoveSeal.open(sealed[...], associatedData: data, info: info, from: sender.publicKey, to: recipient)
  }

  private func sealed() throws -> [UInt8] {
    try MoveSeal.seal(text, associatedData: data, info: info, from: sender, to: recipient.publicKey)
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] { Hexadecimal.decode(Array(hexadecimal.utf8)) ?? [] }

  @Test("it is HPKE (RFC 9180, mode auth): what pyhpke 0.6.5 has sealed opens")
  func otherImplementation() {
    #expect(
      sender.publicKey == Self.bytes("a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209"))
    #expect(
      recipient.publicKey == Self.bytes("ce8d3ad1ccb633ec7b70c17814a5c76ecd029685050d344745ba05870e587d59"))
    let sealed = Self.bytes(
      "0c24432c5dcbf2ff09d23578095470e8224e06c9d0dd086221c5b91f58251c7348bc3314cdc22fb278d8a522e51e6b297740558a8bb44a80"
        + "8f027496ddc706915f")
    #expect(open(sealed) == text)
  }

  @Test("what was sealed opens, and not one bit of it may differ, nor may its length")
  func authentic() throws {
    let sealed = try sealed()
    #expect(open(sealed) == text && sealed.count == text.count + MoveSeal.overhead)
    for index in sealed.indices {
      for bit in 0..<8 {
        var changed = sealed
        changed[index] ^= 1 << UInt8(bit)
        #expect(open(changed) == nil, "byte \(index), bit \(bit)")
      }
      #expect(open(Array(sealed.prefix(index))) == nil, "\(index) bytes")
    }
    #expect(open(sealed + [0]) == nil)
    #expect(try self.sealed() != sealed, "two files of the same can be told apart")
  }

  @Test("neither another recipient, nor as another sender's, nor for another purpose, does it open")
  func boundToAll() throws {
    let sealed = try sealed()
    let other = try Curve25519KeyPair([UInt8](repeating: 3, count: 32))
    let zero = [UInt8](repeating: 0, count: 32)
    #expect(MoveSeal.open(sealed[...], associatedData: data, info: info, from: sender.publicKey, to: other) == nil)
    #expect(MoveSeal.open(sealed[...], associatedData: data, info: info, from: sender.publicKey, to: sender) == nil)
    #expect(MoveSeal.open(sealed[...], associatedData: data, info: info, from: other.publicKey, to: recipient) == nil)
    #expect(MoveSeal.open(sealed[...], associatedData: data, info: info, from: zero, to: recipient) == nil)
    #expect(MoveSeal.open(sealed[...], associatedData: [], info: info, from: sender.publicKey, to: recipient) == nil)
    #expect(MoveSeal.open(sealed[...], associatedData: data, info: [], from: sender.publicKey, to: recipient) == nil)
    // Who knows only the recipient's public key can't seal in the sender's name.
    let forged = try MoveSeal.seal(text, associatedData: data, info: info, from: other, to: recipient.publicKey)
    #expect(open(forged) == nil)
  }

  @Test("a public key with which everybody shares the same secret is refused (RFC 7748, section 6.1)")
  func smallOrder() throws {
    for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
      #expect(throws: StoreError.self) { try sender.shared(with: point) }
      #expect(throws: StoreError.self) {
        try MoveSeal.seal(text, associatedData: data, info: info, from: sender, to: point)
      }
    }
    #expect(throws: StoreError.self) { try Curve25519KeyPair([1, 2, 3]) }
  }

  @Test("a store's id is read as it is written, and no other digit or version is taken for it")
  func ids() throws {
    let id = StoreID(publicKey: sender.publicKey, gnutlsVersion: "3.8.13")
    #expect(StoreID(id.text) == id && id.text.hasPrefix("3.8.13-") && id.text.utf8.count == 7 + 72)
    let characters = Array(id.text.utf8)
    for index in characters.indices where characters[index] != UInt8(ascii: "-") {
      var changed = characters
      changed[index] = changed[index] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
      #expect(StoreID(String(decoding: changed, as: UTF8.self)) == nil, "\(index)")
    }
    let odd = [
      "", "-", "3.7.9", "3.7.9-", "3.7.9-00", String(id.text.dropLast()), id.text + "0", id.text.uppercased(),
      " " + id.text,
    ]
    for text in odd { #expect(StoreID(text) == nil, "\(text)") }
  }
}
