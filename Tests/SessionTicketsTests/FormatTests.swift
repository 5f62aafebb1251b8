import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("Formats that are read back")
struct FormatTests {
  private let name = RecordFileName(
    place: RecordFactory.place(), inserted: WallTime(nanoseconds: 0x0123_4567_89AB_CDEF), expiry: 0x1234_5678,
    byteCount: 0x9ABC, kind: .ticket, id: RecordID(value: 0xFEDC))

  @Test("A file name is 207 bytes, field by field")
  func fileNameLayout() {
    let text = String(decoding: name.bytes, as: UTF8.self)
    #expect(text.utf8.count == RecordFileName.byteCount)
    let fields = text.split(separator: "-").map(String.init)
    #expect(
      fields.dropFirst(2) == [
        "0123456789abcdef", "0000000012345678", "00009abc", "t", "0000000000000000000000000000fedc",
      ])
    #expect(Array(fields[0].utf8) == RecordFactory.place().server.hexadecimal)
    #expect(Array(fields[1].utf8) == RecordFactory.place().identity.hexadecimal)
  }

  @Test("A file name is read as it was written")
  func fileNameRoundTrip() {
    #expect(RecordFileName(parsing: name.bytes) == name)
    for kind in [RecordFileName.Kind.session, .note] {
      let other = RecordFileName(
        place: name.place, inserted: WallTime(nanoseconds: .max), expiry: .max, byteCount: 0, kind: kind,
        id: RecordID(value: .max))
      #expect(RecordFileName(parsing: other.bytes) == other)
    }
  }

  @Test("A file name with any byte changed is another name, or none")
  func fileNameIsStrict() {
    for index in 0..<RecordFileName.byteCount {
      for byte in UInt8.min ... .max where byte != name.bytes[index] {
        var bytes = name.bytes
        bytes[index] = byte
        if let parsed = RecordFileName(parsing: bytes) {
          #expect(parsed.bytes == bytes)
          #expect(parsed != name)
        }
      }
    }
  }

  @Test("A file name that is longer, shorter, in capitals or of no valid time is none")
  func fileNameRefusals() {
    #expect(RecordFileName(parsing: name.bytes.dropLast()) == nil)
    #expect(RecordFileName(parsing: name.bytes + [0x30]) == nil)
    #expect(RecordFileName(parsing: [] as [UInt8]) == nil)
    #expect(RecordFileName(parsing: Array(String(decoding: name.bytes, as: UTF8.self).uppercased().utf8)) == nil)
    var negative = name.bytes
    negative[130] = UInt8(ascii: "8")
    #expect(RecordFileName(parsing: negative) == nil)
  }

  @Test("File names of one identity order as their bytes do")
  func fileNameOrder() {
    var names: [RecordFileName] = []
    for time in [Int64(1), 0x10, 0xFFFF] {
      for expiry in [Int64(9), 10] {
        for (kind, id) in [(RecordFileName.Kind.note, UInt128(3)), (.session, 2), (.ticket, 1), (.ticket, 16)] {
          names.append(
            RecordFileName(
              place: name.place, inserted: WallTime(nanoseconds: time), expiry: expiry, byteCount: 5, kind: kind,
              id: RecordID(value: id)))
        }
      }
    }
    let byBytes = names.shuffled().sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    #expect(names.shuffled().sorted() == byBytes)
  }

  @Test("A temporary file's name tells when it was begun")
  func temporaryName() throws {
    let made = TemporaryFileName(created: RecordFactory.start)
    let read = try #require(TemporaryFileName(parsing: made.bytes))
    #expect(read == made)
    #expect(!read.isLeftover(at: RecordFactory.start.advanced(bySeconds: 3_600)))
    #expect(read.isLeftover(at: RecordFactory.start.advanced(bySeconds: 3_601)))
    #expect(TemporaryFileName(parsing: made.bytes.dropLast()) == nil)
    #expect(TemporaryFileName(parsing: name.bytes) == nil)
  }

  @Test("A header is 40 bytes, field by field")
  func headerLayout() throws {
    let id = try #require(RecordID(1...16))
    let header = RecordHeader(kind: .ticket, id: id, expiry: 0x0102_0304, masterKeyID: 0xA1B2_C3D4_E5F6_0718)
    let fixed: [UInt8] = [0x47, 0x52, 0x54, 0, 1, 3, 0, 0]
    let times: [UInt8] = [0, 0, 0, 0, 1, 2, 3, 4]
    let key: [UInt8] = [0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18]
    #expect(header.bytes == fixed + Array(1...16) + times + key)
    #expect(RecordHeader(parsing: header.bytes) == header)
    #expect(RecordHeader(parsing: header.bytes + [9, 9]) == header)
    #expect(RecordHeader(parsing: ([9] + header.bytes).dropFirst()) == header)
  }

  @Test(
    "A header with another magic, version, kind, reserved byte or a negative expiry is none",
    arguments: [(0, UInt8(0)), (3, 1), (4, 0), (4, 2), (5, 0), (5, 4), (6, 1), (7, 1), (24, 0x80)])
  func headerRefusals(offset: Int, byte: UInt8) {
    var bytes = RecordFactory.record(1).header.bytes
    bytes[offset] = byte
    #expect(RecordHeader(parsing: bytes) == nil)
  }

  @Test("A truncated header is none")
  func headerTruncated() {
    let bytes = RecordFactory.record(1).header.bytes
    for count in 0..<RecordHeader.byteCount { #expect(RecordHeader(parsing: bytes.prefix(count)) == nil) }
  }

  @Test("An expiry before 1970 becomes 0, so that every header can be read back")
  func headerNegativeExpiry() {
    let header = RecordHeader(kind: .session, id: RecordFactory.id(1), expiry: -5, masterKeyID: 0)
    #expect(header.expiry == 0)
    #expect(RecordHeader(parsing: header.bytes) == header)
  }

  @Test("A record is refused when it is larger than the limit, or has no header")
  func recordLimits() {
    let header = RecordFactory.record(1).header
    let room = SealedRecord.maximumByteCount - RecordHeader.byteCount
    #expect(SealedRecord(header: header, contents: [UInt8](repeating: 0, count: room)) != nil)
    #expect(SealedRecord(header: header, contents: [UInt8](repeating: 0, count: room + 1)) == nil)
    #expect(SealedRecord(header.bytes + [UInt8](repeating: 0, count: room + 1)) == nil)
    #expect(SealedRecord([1, 2, 3]) == nil)
    #expect(SealedRecord(header.bytes)?.contents.isEmpty == true)
  }

  @Test("A digest has 32 bytes, in and out, and as hexadecimal")
  func digest() throws {
    let digest = try #require(Digest(0..<32))
    #expect(digest.bytes == Array(0..<32))
    #expect(Digest(hexadecimal: digest.hexadecimal) == digest)
    #expect(digest.description == "00010203")
    #expect(Digest(0..<31) == nil)
    #expect(Digest(0..<33) == nil)
    #expect(Digest(hexadecimal: "AA".utf8) == nil)
    #expect(Digest(hexadecimal: digest.hexadecimal.dropLast()) == nil)
    #expect(Digest(hexadecimal: Array(String(decoding: digest.hexadecimal, as: UTF8.self).uppercased().utf8)) == nil)
  }

  @Test("A record id has 16 bytes, in and out")
  func recordID() throws {
    let id = try #require(RecordID(240...255))
    #expect(id.bytes == Array(240...255))
    #expect(id.description == "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    #expect(RecordID(0..<15) == nil)
    #expect(RecordID(0..<17) == nil)
  }
}

@Suite("Wall-clock time")
struct WallTimeTests {
  @Test("Seconds are rounded down, also before 1970", arguments: [(1_999_999_999, 1), (-1, -1), (-1_000_000_000, -1)])
  func seconds(nanoseconds: Int64, seconds: Int64) {
    #expect(WallTime(nanoseconds: nanoseconds).seconds == seconds)
  }

  @Test("Times beyond what 64 bits of nanoseconds hold are clamped")
  func clamps() {
    #expect(WallTime(seconds: .max) == WallTime(nanoseconds: .max))
    #expect(WallTime(seconds: .min) == WallTime(nanoseconds: .min))
    #expect(WallTime(nanoseconds: .max).advanced(bySeconds: 1) == WallTime(nanoseconds: .max))
    #expect(WallTime(nanoseconds: .min).advanced(bySeconds: -1) == WallTime(nanoseconds: .min))
    #expect(WallTime(seconds: 5).advanced(bySeconds: -7) == WallTime(seconds: -2))
  }

  @Test("An expiry is reached in its own second")
  func expiry() {
    #expect(!WallTime(nanoseconds: 9_999_999_999).isPast(expiry: 10))
    #expect(WallTime(seconds: 10).isPast(expiry: 10))
    #expect(!WallTime(nanoseconds: .max).isPast(expiry: .max))
  }
}
