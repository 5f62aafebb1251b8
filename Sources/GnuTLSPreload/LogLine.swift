internal import CGnuTLS
internal import Glibc
internal import GnuTLSResumption

/// What the log says of a connection, once.
struct LogLine {
  let event: HandshakeLog.Event
  /// Nil as long as it isn't known for certain.
  let server: ServerIdentity?
  /// What is known before, if anything.
  let serverName: String?
  /// Of the handshake, if there was one.
  let nanoseconds: UInt64?
  let clearedNoTickets: Bool
  let program = Settings.program?.name

  /// For people.
  var text: String {
    let peer = server.map { "\($0)" } ?? serverName ?? "?"
    var line = "gnutls-resume: \(program ?? "?")[\(getpid())]: \(peer): \(event.text)"
    if let nanoseconds { line += ", \(Self.milliseconds(nanoseconds)) ms" }
    if clearedNoTickets { line += "; GNUTLS_NO_TICKETS cleared" }
    if let error = event.storeError { line += "; \(error)" }
    return Self.printable(line)
  }

  /// For programs: an object whose members come in this order, each of them always. `gnutls-resume report` reads it.
  func json(time: TimeOfLine) -> String {
    let port = server.flatMap { $0.port == 0 ? nil : $0.port }
    let members = [
      ("time", Self.json(time.text)), ("program", Self.json(program.map { String($0) })), ("pid", "\(getpid())"),
      ("server", Self.json(server?.name ?? serverName)), ("port", Self.json(port)),
      ("event", Self.json(event.name)), ("reason", Self.json(event.reason)),
      ("milliseconds", nanoseconds.map { Self.milliseconds($0) } ?? "null"),
      ("ticketAgeSeconds", Self.json(event.ticketAge)), ("clearedNoTickets", clearedNoTickets ? "true" : "false"),
      ("storeError", Self.json(event.storeError?.code.rawValue)),
      ("storeMessage", Self.json(event.storeError.map { "\($0)" })),
    ]
    var line = "{"
    for (name, value) in members {
      if line.utf8.count > 1 { line += "," }
      line += "\"\(name)\":\(value)"
    }
    return line + "}"
  }

  /// RFC 8259, section 7. Control characters, which need more than a backslash, are none any more.
  private static func json(_ text: String?) -> String {
    guard let text else { return "null" }
    var result = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in printable(text).unicodeScalars {
      if scalar == "\"" || scalar == "\\" { result.append("\\") }
      result.append(scalar)
    }
    result.append("\"")
    return String(result)
  }

  private static func json(_ number: (some BinaryInteger)?) -> String { number.map { "\($0)" } ?? "null" }

  /// Names may hold what a terminal would obey: control characters of either set, and those of writing directions.
  private static func printable(_ line: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: result.append(" ")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// To hundredths.
  private static func milliseconds(_ nanoseconds: UInt64) -> String {
    let hundredths = nanoseconds / 10_000
    let fraction = "\(hundredths % 100)"
    return "\(hundredths / 100).\(fraction.utf8.count == 1 ? "0" : "")\(fraction)"
  }
}
