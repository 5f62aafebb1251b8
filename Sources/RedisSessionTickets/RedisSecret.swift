/// A password: no description shows it.
struct RedisSecret: Hashable, Sendable {
  let bytes: [UInt8]
}

extension RedisSecret: CustomStringConvertible, CustomDebugStringConvertible {
  var description: String { "***" }
  var debugDescription: String { description }
}
