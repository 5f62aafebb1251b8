/// A script in Lua that runs on the server, whole or not at all: one for each operation.
struct RedisScript: Sendable {
  private let parts: [StaticString]
  private let digest: StaticString

  /// - Parameter digest: SHA-1 of the parts, as the server names the script. A test compares it with the server's own.
  init(_ parts: StaticString..., digest: StaticString) {
    self.parts = parts
    self.digest = digest
  }

  var source: [UInt8] { parts.reduce(into: []) { $0 += Self.bytes($1) } }

  var name: [UInt8] { Self.bytes(digest) }

  private static func bytes(_ text: StaticString) -> [UInt8] { text.withUTF8Buffer { unsafe Array($0) } }

  /// For a test.
  static let all: [RedisScript] = [show, take, insert, read, sweep, list, generation]
}
