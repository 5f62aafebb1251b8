/// The name of a file that is being written where unnamed files are not supported.
///
/// It tells when the writing began, so that what a killed process left can be told from what is being written now.
struct TemporaryFileName: Hashable, Sendable {
  private static let prefix = Array("new-".utf8)
  /// After this many seconds nobody is writing it any more.
  static let lifetime: Int64 = 3_600

  let created: WallTime
  let token: UInt64

  init(created: WallTime) {
    self.created = WallTime(nanoseconds: max(created.nanoseconds, 0))
    token = UInt64.random(in: .min ... .max)
  }

  /// Parses `new-`, 16 hexadecimal digits of nanoseconds, `-` and 16 digits that only tell names apart.
  init?(parsing name: some RandomAccessCollection<UInt8>) {
    guard name.count == Self.prefix.count + 33, name.starts(with: Self.prefix) else { return nil }
    guard let parsed = HexadecimalReader.read(name.dropFirst(Self.prefix.count), { Self(&$0) }) else { return nil }
    self = parsed
  }

  private init?(_ reader: inout HexadecimalReader) {
    let nanoseconds = reader.word()
    reader.skip(UInt8(ascii: "-"))
    token = reader.word()
    guard reader.isValid, nanoseconds <= UInt64(Int64.max) else { return nil }
    created = WallTime(nanoseconds: Int64(nanoseconds))
  }

  var bytes: [UInt8] {
    var bytes = Self.prefix
    bytes.append(hexadecimal: UInt64(created.nanoseconds))
    bytes.append(UInt8(ascii: "-"))
    bytes.append(hexadecimal: token)
    return bytes
  }

  /// Whether its writer is long gone.
  func isLeftover(at now: WallTime) -> Bool { created.advanced(bySeconds: Self.lifetime) < now }
}
