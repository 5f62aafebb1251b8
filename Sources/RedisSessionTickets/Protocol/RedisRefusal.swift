import SessionTickets

/// A server's answer that it won't do what it was asked to: its first word says why.
struct RedisRefusal: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The script isn't known there yet: it is to be sent whole.
    case unknownScript
    /// Another server has the keys, for good or while they move.
    case moved(RedisEndpoint)
    case ask(RedisEndpoint)
    /// A cluster, whose servers share out the keys.
    case crossesSlots
    case other
  }

  let kind: Kind
  private let text: String

  /// - Parameter endpoint: Of the server that has answered.
  init(_ message: [UInt8], from endpoint: RedisEndpoint) {
    // It comes from a stranger, and goes to a terminal.
    text = String(
      decoding: message.prefix(200).map { 0x20...0x7E ~= $0 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    let words = text.split(separator: " ")
    switch words.first {
    case "NOSCRIPT": kind = .unknownScript
    case "CROSSSLOT": kind = .crossesSlots
    case "MOVED" where words.count >= 3:
      kind = Self.endpoint(words[2], seenFrom: endpoint).map { .moved($0) } ?? .other
    case "ASK" where words.count >= 3:
      kind = Self.endpoint(words[2], seenFrom: endpoint).map { .ask($0) } ?? .other
    default: kind = .other
    }
  }

  /// `HOST:PORT`; without a host it is the same one's.
  private static func endpoint(_ text: Substring, seenFrom here: RedisEndpoint) -> RedisEndpoint? {
    guard case .network(let ownHost, _, let isSecure) = here, let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]), port > 0
    else { return nil }
    let host = text[..<colon]
    guard host.utf8.count <= 255 else { return nil }
    return .network(host: host.isEmpty || host == "?" ? ownHost : String(host), port: port, isSecure: isSecure)
  }

  /// Why, and what to do.
  var reason: String {
    let word = text.split(separator: " ").first.map(String.init) ?? ""
    let explanation: String? =
      switch word {
      case "NOAUTH": "it wants a password: give the store's URL one, or a password-file"
      case "WRONGPASS": "it doesn't accept the user's name and password"
      case "NOPERM": "the user's rights don't suffice"
      case "NOINFO": "the user has no right to call INFO: without +info no ticket is surely given once"
      case "NOTPRIMARY", "READONLY": "it is a replica: name the primary"
      case "LOADING": "it is loading its data"
      case "OOM": "its memory is full"
      case "MISCONF": "it can't save its data, and takes no more"
      case "MASTERDOWN": "it is a replica that has lost its primary"
      case "CLUSTERDOWN", "TRYAGAIN": "its cluster isn't whole"
      case "BUSY": "it is busy with a script"
      case "NOREPLICAS": "it has lost its replicas"
      case "DENIED": "it is protected: it wants a password, or to be bound to an address"
      case "WRONGTYPE": "a key of the store holds something else: use another prefix"
      case "MOVED", "ASK": "another server has the store's keys, and can't be reached from here"
      default: nil
      }
    if let explanation { return "\(explanation) (\(text))" }
    // Redis 7 and 8.
    if text.hasPrefix("ERR The user executing the script can't ") || text.hasPrefix("ERR ACL failure in script: ") {
      return "the user's rights don't suffice (\(text))"
    }
    return text
  }
}
