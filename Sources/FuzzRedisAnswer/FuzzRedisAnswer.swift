import FuzzDriver
import RedisSessionTickets

/// Whatever bytes a server sends, the decoder of its answers neither crashes nor keeps more than it may, and it doesn't matter
/// in which pieces they come; nor do the names that are read out of them.
@main
enum FuzzRedisAnswer {
  static func main() {
    FuzzDriver.run { input in
      let whole = read(input, pieces: max(1, input.count))
      // As the first byte says, so that pieces end anywhere.
      let pieces = read(input, pieces: Int(input.first ?? 0) % 7 + 1)
      precondition(whole.values == pieces.values, "answers don't depend on how they come")
      precondition(whole.violation == pieces.violation, "nor does what is wrong")
      for value in whole.values {
        precondition(size(value) <= RESPDecoder.Bounds().totalBytes, "an answer has a bound")
        names(value)
      }
    }
  }

  private static func read(
    _ input: [UInt8], pieces: Int
  ) -> (values: [RESPValue], violation: RESPDecoder.Violation?) {
    var decoder = RESPDecoder()
    var values: [RESPValue] = []
    var rest = input[...]
    do throws(RESPDecoder.Violation) {
      while !rest.isEmpty {
        decoder.append(Array(rest.prefix(pieces)))
        rest = rest.dropFirst(pieces)
        while let value = try decoder.next() { values.append(value) }
      }
    } catch {
      return (values, error)
    }
    return (values, nil)
  }

  private static func size(_ value: RESPValue) -> Int {
    switch value {
    case .simple(let bytes), .error(let bytes), .bulk(let bytes): bytes.count
    case .integer, .null: 0
    case .array(let elements): elements.reduce(0) { $0 + size($1) }
    }
  }

  private static func names(_ value: RESPValue) {
    switch value {
    case .bulk(let bytes):
      if let name = RedisEntryName(bytes) { precondition(bytes.count == 109 && name == RedisEntryName(bytes)) }
    case .array(let elements): for element in elements { names(element) }
    default: break
    }
  }
}
