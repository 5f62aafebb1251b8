import ScriptableTLSServer

/// What the command line asks for.
struct Arguments {
  var certificateFiles: [String] = []
  var keyFiles: [String] = []
  var port: UInt16 = 0
  var ticketKey: TicketKey?
  var script = ServerScript()
  var sharedTickets: SharedTickets?
  var fastOpens = false
  private var slotLength: Int64 = 3600
  private var clockOffset: Int64 = 0

  static let usage = """
    usage: scriptable-tls-server [options]; it ends when its standard input does.
      --certificate FILE --key FILE   PEM, may be repeated; without: a fresh self-signed authority and leaf
      --port N                        default: a free one
      --fast-open                     takes what comes with a SYN (RFC 7413)
      --tickets N  --ticket-lifetime SECONDS  --announced-lifetime SECONDS  --ticket-delay MILLISECONDS
      --shared-tickets FOLDER  --slot SECONDS  --clock-offset SECONDS
                                      ticket keys that all servers of the folder have, in slots of time
      --honour-ticket-requests        sends as many as a client asks for (RFC 9149)
      --tickets-after-data  --data-before-tickets TEXT  --ticket-key BYTE
      --tls12  --tls13  --tls12-resumption tickets|ids|none  --no-extended-master-secret
      --priority STRING  --groups A,B  --alpn A,B  --client-certificate requested|required
      --early-data BYTES  --accept-replays  --refuse-early-data
      --fail before|after:MESSAGE-NUMBER:ALERT-NUMBER|close|reset  --fail-only-when-resuming
      --echo  --discard  --reply TEXT  --payload BYTES  --http BODY
      --end after-client|after-handshake|after-reply  --close-notify sent|omitted|withheld

    """

  /// Reads the arguments after the program's name; nil if they are wrong.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      if apply(flag: option) { continue }
      guard let value = rest.popFirst(), apply(option, value) else { return nil }
    }
    if certificateFiles.count != keyFiles.count { return nil }
    sharedTickets?.slotLength = slotLength
    sharedTickets?.clockOffset = clockOffset
    sharedTickets?.lifetime = Int64(script.tickets.lifetime)
    sharedTickets?.clientCertificate = script.clientCertificate
  }

  private mutating func apply(flag: String) -> Bool {
    switch flag {
    case "--tickets-after-data": script.tickets.moment = .afterFirstData
    case "--honour-ticket-requests": script.tickets.honoursRequests = true
    case "--fast-open": fastOpens = true
    case "--tls12": script.versions = .tls12
    case "--tls13": script.versions = .tls13
    case "--no-extended-master-secret": script.extendedMasterSecret = false
    case "--accept-replays": script.earlyData = .acceptedWithReplays
    case "--refuse-early-data": script.earlyData = .refused
    case "--fail-only-when-resuming": script.failure?.onlyWhenResuming = true
    case "--echo": script.behaviour = .echo
    case "--discard": script.behaviour = .discard
    default: return false
    }
    return true
  }

  private mutating func apply(_ option: String, _ value: String) -> Bool {
    switch option {
    case "--certificate": certificateFiles.append(value)
    case "--key": keyFiles.append(value)
    case "--port": return set(\.port, UInt16(value))
    case "--tickets": return set(\.script.tickets.count, Int(value))
    case "--ticket-lifetime": return set(\.script.tickets.lifetime, Int(value))
    case "--announced-lifetime": return set(\.script.tickets.announcedLifetime, UInt32(value))
    case "--ticket-delay": return set(\.script.tickets.delay, Int(value))
    case "--data-before-tickets": script.tickets.precedingData = Array(value.utf8)
    case "--ticket-key": return set(\.ticketKey, UInt8(value).map { TicketKey(repeating: $0) })
    case "--shared-tickets": sharedTickets = SharedTickets(folder: value)
    case "--slot": return set(\.slotLength, Int64(value))
    case "--clock-offset": return set(\.clockOffset, Int64(value))
    case "--priority": script.priorities = value
    case "--groups": script.groups = list(value)
    case "--alpn": script.alpn = list(value)
    case "--early-data": return set(\.script.maxEarlyData, UInt32(value))
    case "--fail": return set(\.script.failure, failure(value))
    case "--reply": script.behaviour = .reply(Array(value.utf8))
    case "--payload": return set(\.script.behaviour, Int(value).map { .payload($0) })
    case "--http": script.behaviour = .http(body: Array(value.utf8))
    case "--tls12-resumption":
      return set(\.script.tls12Resumption, ["tickets": .tickets, "ids": .sessionIDs, "none": .none][value])
    case "--client-certificate":
      return set(\.script.clientCertificate, ["requested": .requested, "required": .required][value])
    case "--end":
      let moments: [String: Ending.Moment] = [
        "after-client": .afterClient, "after-handshake": .afterHandshake, "after-reply": .afterReply,
      ]
      return set(\.script.ending.moment, moments[value])
    case "--close-notify":
      return set(\.script.ending.closeNotify, ["sent": .sent, "omitted": .omitted, "withheld": .withheld][value])
    default: return false
    }
    return true
  }

  private mutating func set<Value>(_ field: WritableKeyPath<Arguments, Value>, _ value: Value?) -> Bool {
    guard let value else { return false }
    self[keyPath: field] = value
    return true
  }

  private mutating func set<Value>(_ field: WritableKeyPath<Arguments, Value?>, _ value: Value?) -> Bool {
    self[keyPath: field] = value
    return value != nil
  }

  private func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

  private func failure(_ text: String) -> HandshakeFailure? {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let message = UInt32(parts[1]) else { return nil }
    let moments: [Substring: HandshakeFailure.Moment] = ["before": .before, "after": .after]
    let actions: [Substring: HandshakeFailure.Action] = ["close": .close, "reset": .reset]
    guard let moment = moments[parts[0]], let action = actions[parts[2]] ?? UInt8(parts[2]).map({ .alert($0) }) else {
      return nil
    }
    return HandshakeFailure(moment, HandshakeMessage(rawValue: message), action: action)
  }
}
