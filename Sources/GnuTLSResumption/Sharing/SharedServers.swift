public import SessionTickets

/// Whose tickets are shared: servers by their exact names, or `*.example.com` for all names that end so, however many labels
/// stand before, but not for `example.com` itself; `*` for all. The port doesn't matter.
public struct SharedServers: Hashable, Sendable {
  private enum Rule: Hashable, Sendable {
    case name(String)
    /// With the dot before it.
    case suffix(String)
    case all
  }

  private let rules: [Rule]

  /// The tickets of all servers.
  public static let all = SharedServers([.all])

  private init(_ rules: [Rule]) { self.rules = rules }

  /// - Throws: `StoreError` if there is no name, or one that can't be a server's.
  public init(_ names: [String]) throws(StoreError) {
    var rules: [Rule] = []
    for name in names { rules.append(try Self.rule(name)) }
    guard !rules.isEmpty else { throw Self.failure("no server is named whose tickets are to be shared; '*' means all") }
    self.rules = rules
  }

  /// The same, of names with commas or blanks between them.
  public init(list: String) throws(StoreError) {
    let words = list.utf8.split { $0 == UInt8(ascii: ",") || $0 == 0x20 || $0 == 0x09 }
    var names: [String] = []
    for word in words { names.append(String(decoding: word, as: UTF8.self)) }
    try self.init(names)
  }

  /// Whether the tickets of a server are shared.
  public func contain(_ server: ServerIdentity) -> Bool {
    rules.contains { rule in
      switch rule {
      case .all: true
      case .name(let name): name == server.name
      case .suffix(let suffix):
        server.name.utf8.count > suffix.utf8.count
          && server.name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
      }
    }
  }

  private static func rule(_ name: String) throws(StoreError) -> Rule {
    if name == "*" { return .all }
    let isSuffix = name.utf8.starts(with: "*.".utf8)
    let rest = isSuffix ? String(decoding: name.utf8.dropFirst(2), as: UTF8.self) : name
    let normal = ServerName(rest).text
    let isName = !normal.isEmpty && normal.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "*") }
    guard isName else {
      throw failure("'\(name)' names no server whose tickets could be shared; write a name, *.example.com, or *")
    }
    return isSuffix ? .suffix("." + normal) : .name(normal)
  }

  private static func failure(_ message: String) -> StoreError { StoreError(.unavailable, message, place: "") }
}
