import GnuTLSResumption

/// What the client is told. Without options: the user's own store, and the system's trust.
final class Options {
  var port: UInt16 = 0
  var address = "127.0.0.1"
  var serverName: String?
  var verification = Verification.engineVerifies(.system)
  /// Where tickets and key are, if not at the standard places.
  var store: String?
  var keyFile: String?
  var records: Int?
  /// How many tickets it asks for; nil: what the library does by itself.
  var ticketRequest: Int?
  var resumes = true
  var forgets = false
  /// The place of the marks for early data; nil to send none.
  var earlyDataMarks: String?
  var opensFast = false
  var count = 1
  var warmUp = 0
  var reports = false

  static let usage = """
    usage: minimal-client --port PORT [options]: GETs / over TLS, resuming if it may.
      --address ADDRESS      default: 127.0.0.1
      --server-name NAME     to ask for, and to expect in the certificate; default: the address
      --trust system|FILE    default: system
      --store FOLDER --key-file FILE   default: the user's own
      --ticket-request N     ask for so many tickets after a full handshake (RFC 9149)
      --records N            the store's bound, and 16 KiB each
      --no-resumption        offer nothing and keep nothing
      --first-contact        empty the store before each connection
      --early-data FOLDER    send the request as early data where that is allowed; the place of their marks, on a tmpfs
      --fast-open            open connections by TCP Fast Open
      --count N              connections, one after the other; default: 1
      --warm-up N            connections before them that aren't counted, and send no early data; default: 0
      --report               print how many were resumed and so on, nanoseconds in total, and the process's greatest size

    """

  /// Reads the arguments; nil if they are wrong.
  init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let option = rest.popFirst() {
      switch option {
      case "--no-resumption": resumes = false
      case "--first-contact": forgets = true
      case "--fast-open": opensFast = true
      case "--report": reports = true
      default: guard let value = rest.popFirst(), set(option, value) else { return nil }
      }
    }
    guard port != 0, (store == nil) == (keyFile == nil), !forgets || store != nil else { return nil }
  }

  private func set(_ option: String, _ value: String) -> Bool {
    switch option {
    case "--address": address = value
    case "--server-name": serverName = value
    case "--trust": verification = .engineVerifies(value == "system" ? .system : .file(value))
    case "--store": store = value
    case "--key-file": keyFile = value
    case "--early-data": earlyDataMarks = value
    case "--port": return set(&port, UInt16(value))
    case "--count": return set(&count, Int(value))
    case "--warm-up": return set(&warmUp, Int(value))
    case "--ticket-request":
      ticketRequest = Int(value)
      return ticketRequest.map { $0 > 0 } ?? false
    case "--records":
      records = Int(value)
      return records.map { $0 > 0 } ?? false
    default: return false
    }
    return true
  }

  private func set<Value: Comparable & ExpressibleByIntegerLiteral>(_ place: inout Value, _ value: Value?) -> Bool {
    guard let value, value >= 0 else { return false }
    place = value
    return true
  }
}
