/// Says what to answer, piece by piece.
struct Responder {
  private let behaviour: Behaviour
  /// The request so far: it may come in pieces.
  private var request: [UInt8] = []
  /// Whether the connection ends with this answer.
  private(set) var isDone = false

  init(_ behaviour: Behaviour) { self.behaviour = behaviour }

  /// The answer to what has come; nil if there is none (yet).
  mutating func answer(to data: [UInt8]) -> [UInt8]? {
    switch behaviour {
    case .echo: return data
    case .discard: return nil
    case .reply(let bytes): return bytes
    case .payload(let count): return (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    case .http(let body):
      request += data
      guard Self.endsHeader(request) else { return nil }
      isDone = true
      let header = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
      return Array(header.utf8) + body
    }
  }

  private static func endsHeader(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4 else { return false }
    return (0...(bytes.count - 4)).contains { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
  }
}
