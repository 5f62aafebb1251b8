/// One line of a preloaded program's log, as places within its bytes.
///
/// `[TIME ]gnutls-resume: PROGRAM[PID]: SERVER: WHAT BECAME OF IT[, N.NN ms][; …]`, or the same as JSON.
struct LogLine {
  enum Event {
    case resumed
    /// Why not is named within the line.
    case full(reason: Range<Int>)
    /// Resumed, and then not trusted by the program.
    case refused
    case failed
    case notKept
    /// Why is told within the line.
    case leftAlone(why: Range<Int>)
  }

  /// ISO 8601, UTC; nil in what stood on standard error.
  let time: Range<Int>?
  let program: LogText
  /// With its port, where it isn't told by itself.
  let server: LogText
  private let port: Range<Int>?
  let event: Event
  /// Of the handshake, in hundredths of a millisecond.
  let duration: UInt64?

  /// Nil if it is none of ours.
  init?(_ bytes: Span<UInt8>) {
    if bytes.count > 0, bytes[0] == UInt8(ascii: "{") {
      self.init(json: bytes)
    } else {
      self.init(text: bytes)
    }
  }

  /// The server's name and port, as a line of text has them.
  func appendServer(of bytes: Span<UInt8>, to result: inout [UInt8]) {
    guard let port else { return server.append(of: bytes, to: &result) }
    let isIPv6 = bytes.has(UInt8(ascii: ":"), in: server.place)
    if isIPv6 { result.append(UInt8(ascii: "[")) }
    server.append(of: bytes, to: &result)
    if isIPv6 { result.append(UInt8(ascii: "]")) }
    result.append(UInt8(ascii: ":"))
    LogText(place: port).append(of: bytes, to: &result)
  }

  private init?(text bytes: Span<UInt8>) {
    let timeEnd = Self.timeShape.utf8CodeUnitCount
    let begins = bytes.begins(Self.timeShape, at: 0) && bytes.begins(" ", at: timeEnd)
    time = begins ? 0..<timeEnd : nil
    var place = begins ? timeEnd + 1 : 0
    guard bytes.begins("gnutls-resume: ", at: place) else { return nil }
    place += 15
    guard let name = Self.name(in: bytes, from: place) else { return nil }
    program = LogText(place: name.program)
    guard let serverEnd = bytes.first(": ", from: name.end) else { return nil }
    server = LogText(place: name.end..<serverEnd)
    port = nil
    let text = serverEnd + 2
    if bytes.begins("resumed (", at: text) {
      event = .resumed
    } else if bytes.begins("full (", at: text) {
      guard let end = bytes.first(")", from: text) else { return nil }
      event = .full(reason: text + 6..<end)
    } else if bytes.begins("resumed, but refused", at: text) {
      event = .refused
    } else if bytes.begins("failed (", at: text) {
      event = .failed
    } else if bytes.begins("its tickets can't be kept", at: text) {
      event = .notKept
    } else if bytes.begins("left alone: ", at: text) {
      event = .leftAlone(why: text + 12..<(bytes.first("; ", from: text) ?? bytes.count))
    } else {
      return nil
    }
    duration = Self.duration(in: bytes, from: text)
  }

  /// The members come in the order in which the engine writes them.
  private init?(json bytes: Span<UInt8>) {
    var members = LogMembers()
    guard let time = members.string("time", in: bytes), bytes.begins(Self.timeShape, at: time.place.lowerBound),
      time.place.count == Self.timeShape.utf8CodeUnitCount,
      let program = members.stringOrNull("program", in: bytes), members.scalar("pid", in: bytes) != nil,
      let server = members.stringOrNull("server", in: bytes), let port = members.scalar("port", in: bytes),
      let name = members.string("event", in: bytes), let reason = members.stringOrNull("reason", in: bytes),
      let milliseconds = members.scalar("milliseconds", in: bytes),
      let event = Self.event(bytes.text(name.place), reason.place)
    else { return nil }
    self.time = time.place
    self.program = program
    self.server = server
    self.port = bytes.begins("null", at: port.lowerBound) ? nil : port
    self.event = event
    duration = Self.number(in: bytes, at: milliseconds.lowerBound, unit: "")
  }

  private static func event(_ name: String, _ reason: Range<Int>) -> Event? {
    switch name {
    case "resumed": .resumed
    case "full": .full(reason: reason)
    case "refused": .refused
    case "failed": .failed
    case "notKept": .notKept
    case "leftAlone": .leftAlone(why: reason)
    default: nil
    }
  }

  /// `#` stands for a digit.
  private static let timeShape: StaticString = "####-##-##T##:##:##.###Z"

  /// A program may have brackets in its name: what ends it is a number in brackets, and a colon.
  private static func name(in bytes: Span<UInt8>, from start: Int) -> (program: Range<Int>, end: Int)? {
    var place = start
    while let end = bytes.first("]: ", from: place) {
      var digit = end
      while digit > start, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[digit - 1] { digit -= 1 }
      if digit < end, digit > start, bytes[digit - 1] == UInt8(ascii: "[") { return (start..<digit - 1, end + 3) }
      place = end + 1
    }
    return nil
  }

  private static func duration(in bytes: Span<UInt8>, from start: Int) -> UInt64? {
    var place = start
    while let comma = bytes.first(", ", from: place) {
      place = comma + 2
      if let number = number(in: bytes, at: place, unit: " ms") { return number }
    }
    return nil
  }

  /// A number with two decimals, in hundredths.
  private static func number(in bytes: Span<UInt8>, at start: Int, unit: StaticString) -> UInt64? {
    var place = start
    var value: UInt64 = 0
    // Of a longer number nothing is believed.
    while place < bytes.count, place - start < 12, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] {
      value = value * 10 + UInt64(bytes[place] - UInt8(ascii: "0"))
      place += 1
    }
    guard place > start, bytes.begins(".##", at: place), bytes.begins(unit, at: place + 3) else { return nil }
    return value * 100 + UInt64(bytes[place + 1] - UInt8(ascii: "0")) * 10
      + UInt64(bytes[place + 2] - UInt8(ascii: "0"))
  }
}

extension Span<UInt8> {
  /// Whether a text stands there, in which `#` is any digit.
  func begins(_ text: StaticString, at place: Int) -> Bool {
    guard count - place >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount {
      let (wanted, found) = unsafe (text.utf8Start[index], self[place + index])
      if wanted == UInt8(ascii: "#") {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= found else { return false }
      } else if wanted != found {
        return false
      }
    }
    return true
  }

  fileprivate func first(_ text: StaticString, from start: Int) -> Int? {
    let first = unsafe text.utf8Start[0]
    var place = start
    while place < count {
      if self[place] == first, begins(text, at: place) { return place }
      place += 1
    }
    return nil
  }

  fileprivate func has(_ byte: UInt8, in range: Range<Int>) -> Bool {
    for place in range where self[place] == byte { return true }
    return false
  }
}
