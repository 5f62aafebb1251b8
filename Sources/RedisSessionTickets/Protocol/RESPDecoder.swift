/// Reads answers of the protocol that Redis speaks with everyone (RESP2), out of bytes as they come.
///
/// Everything has a bound that is checked before anything is kept: an announcement of more is refused at once, however little
/// of it has come. Why not hiredis's reader: the library around it raises SIGPIPE, limits the time of each system call
/// instead of the whole, and resolves names without a limit; the reader of Debian 12's version 0.14 lacks later mends; and
/// this one is small enough to be compiled into every program, and to be fuzzed.
package struct RESPDecoder: Sendable {
  /// What an answer may be at most.
  package struct Bounds: Sendable {
    /// Arrays within arrays.
    package var depth = 4
    /// Values, those within arrays included.
    package var values = 4_096
    /// Bytes of one string: a record, and a little more.
    package var stringBytes = 160 * 1_024
    /// Bytes of a whole answer.
    package var totalBytes = 8 << 20
    /// Bytes of a line: a type, a number or an error.
    package var lineBytes = 4_096

    package init() {}
  }

  /// An answer that breaks the protocol or a bound: nothing behind it can be told apart.
  package enum Violation: Error, Hashable, Sendable {
    case unknownType
    case noNumber
    case lineTooLong
    case unterminated
    case tooDeep
    case tooMany
    case tooLarge
  }

  private let bounds: Bounds
  private var buffer: [UInt8] = []
  /// Where the next answer begins.
  private var start = 0
  /// How many bytes from `start` on there must be before another attempt can succeed.
  private var needed = 1

  package init(_ bounds: Bounds = Bounds()) { self.bounds = bounds }

  /// Takes over bytes that have come.
  package mutating func append(_ bytes: [UInt8]) {
    if start == buffer.count {
      buffer = bytes
      start = 0
    } else {
      buffer += bytes
    }
  }

  /// Whether nothing is left over of what has come.
  package var isEmpty: Bool { start == buffer.count }

  /// The next answer; nil if more bytes must come first.
  package mutating func next() throws(Violation) -> RESPValue? {
    guard buffer.count - start >= needed else { return nil }
    var reading = Reading(bounds: bounds, start: start, index: start)
    guard let value = try reading.value(in: buffer, depth: 0) else {
      needed = max(reading.needed - start, buffer.count - start + 1)
      return nil
    }
    start = reading.index
    needed = 1
    if start == buffer.count {
      buffer = []
      start = 0
    } else if start > 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    return value
  }

  /// One attempt at an answer. Nil stands for bytes that are missing.
  private struct Reading {
    let bounds: Bounds
    let start: Int
    var index: Int
    var values = 0
    var needed = 0

    mutating func value(in buffer: [UInt8], depth: Int) throws(Violation) -> RESPValue? {
      values += 1
      guard values <= bounds.values else { throw .tooMany }
      guard index < buffer.count else { return nil }
      let type = buffer[index]
      guard "+-:$*".utf8.contains(type) else { throw .unknownType }
      guard let line = try line(in: buffer) else { return nil }
      switch type {
      case UInt8(ascii: "+"): return .simple(Array(line))
      case UInt8(ascii: "-"): return .error(Array(line))
      case UInt8(ascii: ":"): return .integer(try number(line))
      case UInt8(ascii: "$"): return try string(of: number(line), in: buffer)
      default: return try array(of: number(line), in: buffer, depth: depth)
      }
    }

    /// What stands between the type and the end of its line.
    private mutating func line(in buffer: [UInt8]) throws(Violation) -> ArraySlice<UInt8>? {
      let first = index + 1
      let last = min(buffer.count, first + bounds.lineBytes + 2)
      guard let end = buffer[first..<last].firstIndex(of: UInt8(ascii: "\r")) else {
        guard last - first < bounds.lineBytes + 2 else { throw .lineTooLong }
        return nil
      }
      guard end - start <= bounds.totalBytes else { throw .tooLarge }
      guard end + 1 < buffer.count else { return nil }
      guard buffer[end + 1] == UInt8(ascii: "\n") else { throw .unterminated }
      index = end + 2
      return buffer[first..<end]
    }

    private mutating func string(of count: Int64, in buffer: [UInt8]) throws(Violation) -> RESPValue? {
      if count == -1 { return .null }
      guard count >= 0 else { throw .noNumber }
      guard count <= bounds.stringBytes else { throw .tooLarge }
      let end = index + Int(count)
      guard end - start <= bounds.totalBytes else { throw .tooLarge }
      guard end + 2 <= buffer.count else {
        needed = end + 2
        return nil
      }
      guard buffer[end] == UInt8(ascii: "\r"), buffer[end + 1] == UInt8(ascii: "\n") else { throw .unterminated }
      let bytes = Array(buffer[index..<end])
      index = end + 2
      return .bulk(bytes)
    }

    private mutating func array(of count: Int64, in buffer: [UInt8], depth: Int) throws(Violation) -> RESPValue? {
      if count == -1 { return .null }
      guard count >= 0 else { throw .noNumber }
      guard depth < bounds.depth else { throw .tooDeep }
      guard count <= bounds.values - values else { throw .tooMany }
      var elements: [RESPValue] = []
      for _ in 0..<count {
        guard let element = try value(in: buffer, depth: depth + 1) else { return nil }
        elements.append(element)
      }
      return .array(elements)
    }

    private func number(_ line: ArraySlice<UInt8>) throws(Violation) -> Int64 {
      let isNegative = line.first == UInt8(ascii: "-")
      let digits = isNegative ? line.dropFirst() : line
      guard 1...19 ~= digits.count else { throw .noNumber }
      var number: Int64 = 0
      for digit in digits {
        guard 0x30...0x39 ~= digit else { throw .noNumber }
        let (tens, isOver) = number.multipliedReportingOverflow(by: 10)
        let (sum, isOverToo) = tens.addingReportingOverflow(Int64(digit - 0x30))
        guard !isOver, !isOverToo else { throw .noNumber }
        number = sum
      }
      return isNegative ? -number : number
    }
  }
}

extension RESPDecoder.Violation {
  /// In words that continue "the server's answer can't be read: ".
  var text: String {
    switch self {
    case .unknownType, .noNumber, .unterminated: "this is not Redis's protocol"
    case .lineTooLong, .tooLarge: "it is larger than any answer that was asked for"
    case .tooDeep, .tooMany: "it holds more than any answer that was asked for"
    }
  }
}
