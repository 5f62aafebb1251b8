public import SessionTickets

/// Where a Redis or Valkey server is, and which of its keys are a store's: all that those who share a store must agree on.
///
/// | form | |
/// |---|---|
/// | `redis://[USER[:PASSWORD]@]HOST[:PORT][/DB][?OPTION=VALUE&…]` | over TCP; port 6379, database 0 |
/// | `rediss://…` | the same over TLS |
/// | `redis+unix:///PATH[?db=DB&…]` | over a Unix socket; user and password as above, before the path |
///
/// | option | |
/// |---|---|
/// | `prefix` | what the keys begin with: letters, digits, `.`, `_`, `:` and `-`; `gnutls-resume` by default |
/// | `password-file` | the absolute path of a file with the password, read when the store first connects |
/// | `ca-file` | with `rediss` the absolute path of a file with the authorities that the server is verified by; the system's by default |
/// | `wait` | how many milliseconds a connection waits for the store before its handshake; 50 by default, and four times as long after it |
/// | `records`, `per-identity`, `megabytes` | the store's bounds (`StoreBounds`) |
///
/// Anything may be percent-encoded, and in user, password and path `%`, `@`, `:`, `/`, `?` and `#` must be. An IPv6 address
/// stands in brackets.
public struct RedisURL: Hashable, Sendable {
  /// The most that such a URL may have, in bytes.
  public static let maximumByteCount = 4_096
  /// The port where Redis listens if nobody says otherwise.
  public static let standardPort: UInt16 = 6_379
  /// In milliseconds.
  public static let standardWait = 50
  /// What keys begin with if nobody says otherwise.
  public static let standardPrefix = "gnutls-resume"

  public internal(set) var endpoint: RedisEndpoint
  /// Nil: the server's default user.
  public internal(set) var user: String?
  var password: RedisSecret?
  /// Nil: there is no such file.
  public internal(set) var passwordFile: RawPath?
  /// Nil: the system's authorities.
  public internal(set) var caFile: RawPath?
  /// How long a connection waits for the store before its handshake, in milliseconds; after it four times as long.
  public internal(set) var wait = RedisURL.standardWait
  public internal(set) var database = 0
  public internal(set) var prefix = RedisURL.standardPrefix
  /// Whoever has other bounds has another store: the keys' names follow from them.
  public var bounds = StoreBounds()

  init(endpoint: RedisEndpoint) { self.endpoint = endpoint }

  /// Whether it holds a password itself, which whoever sees the URL can read.
  public var holdsPassword: Bool { password != nil }

  /// Whether a text is meant to be such a URL, rather than a path.
  public static func isMeant(by text: some Collection<UInt8>) -> Bool {
    for scheme: StaticString in ["redis:", "rediss:", "redis+unix:"] {
      if scheme.withUTF8Buffer({ unsafe text.starts(with: $0) }) { return true }
    }
    return false
  }

  /// - Throws: What is wrong, in words that repeat nothing that could be a password.
  public init(_ text: String) throws(StoreError) { try self.init(bytes: Array(text.utf8)) }

  /// The same, of bytes that may be no text.
  public init(bytes: [UInt8]) throws(StoreError) { self = try RedisURLParser.parse(bytes) }
}

extension RedisURL: CustomStringConvertible, CustomDebugStringConvertible {
  /// The URL with `***` in its password's place.
  public var description: String {
    var text = endpoint.scheme
    if user != nil || password != nil {
      text += user.map { RedisURLParser.encoded($0.utf8) } ?? ""
      if password != nil { text += ":***" }
      text += "@"
    }
    text += endpoint.location
    var options: [String] = []
    switch endpoint {
    case .network: if database != 0 { text += "/\(database)" }
    case .socket: if database != 0 { options.append("db=\(database)") }
    }
    if prefix != Self.standardPrefix { options.append("prefix=\(prefix)") }
    if let passwordFile { options.append("password-file=\(RedisURLParser.encoded(passwordFile.bytes))") }
    if let caFile { options.append("ca-file=\(RedisURLParser.encoded(caFile.bytes))") }
    if wait != Self.standardWait { options.append("wait=\(wait)") }
    let standard = StoreBounds()
    if bounds.records != standard.records { options.append("records=\(bounds.records)") }
    if bounds.recordsPerIdentity != standard.recordsPerIdentity {
      options.append("per-identity=\(bounds.recordsPerIdentity)")
    }
    if bounds.bytes != standard.bytes { options.append("megabytes=\(bounds.bytes >> 20)") }
    for (index, option) in options.enumerated() { text += (index == 0 ? "?" : "&") + option }
    return text
  }

  public var debugDescription: String { description }
}
