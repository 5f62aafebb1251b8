import Testing

@testable import GnuTLSResumption

/// The groups in a server's EncryptedExtensions.
struct AnnouncedGroupsTests {
  private static let message: [UInt8] = [0, 18, 0, 16, 0, 2, 1, 2, 0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0x11, 0xEC]

  @Test("are read where they stand, in their order")
  func groups() {
    #expect(AnnouncedGroups.parse(Self.message) == [29, 23, 0x11EC])
    #expect(AnnouncedGroups.parse([0, 0]) == [] && AnnouncedGroups.parse([0, 4, 0, 16, 0, 0]) == [])
  }

  @Test("are none where the message is cut, whatever a length says")
  func damaged() {
    for count in 0..<Self.message.count { #expect(AnnouncedGroups.parse(Array(Self.message.prefix(count))) == []) }
    for index in Self.message.indices {
      var message = Self.message
      message[index] = 0xFF
      #expect(AnnouncedGroups.parse(message).count <= 3)
    }
  }

  @Test("are no more than anybody has")
  func many() {
    let list = [UInt8](repeating: 7, count: 2_000)
    let body = [UInt8(list.count >> 8), UInt8(list.count & 0xFF)] + list
    let field = [0, 10, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    #expect(AnnouncedGroups.parse([UInt8(field.count >> 8), UInt8(field.count & 0xFF)] + field).count == 64)
  }
}
