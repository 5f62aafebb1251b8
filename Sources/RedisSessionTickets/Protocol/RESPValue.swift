/// A server's answer (RESP2).
package indirect enum RESPValue: Hashable, Sendable {
  case simple([UInt8])
  case error([UInt8])
  case integer(Int64)
  case bulk([UInt8])
  /// A bulk string or an array that isn't there.
  case null
  case array([RESPValue])
}

extension RESPValue {
  var bytes: [UInt8]? {
    switch self {
    case .simple(let bytes), .bulk(let bytes): bytes
    default: nil
    }
  }

  var elements: [RESPValue]? { if case .array(let elements) = self { elements } else { nil } }

  var isNull: Bool { if case .null = self { true } else { false } }
}
