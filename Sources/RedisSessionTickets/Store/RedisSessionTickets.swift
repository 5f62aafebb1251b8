public import SessionTickets
import SessionTicketsLocking

/// A store on a Redis or Valkey server, which any number of machines may share.
///
/// Each call is one script on the server, so that of any number of takers one gets a ticket, and none that a replica, a
/// restarted server or a copy of its data still has: see <doc:TheStoreOnRedis>. Nothing is sent before the first call. A
/// connection is made when there is something to ask, kept for the next call of the same process, and thrown away after
/// trouble and in a forked child. What a call may take is in ``RedisOptions``; no call raises a signal, starts a thread or
/// resolves a name.
///
/// The bounds are those of the URL, so that all who share a store have the same.
public final class RedisSessionTickets: TicketStore {
  public let role: StoreRole
  public var url: RedisURL { link.url }
  let shards: RedisShards
  private let link: RedisLink
  private let options: RedisOptions
  private let observer: StoreObserver?
  /// Whether keys may lie on several servers, as far as is known; shared by all views.
  private let isCluster: RedisFlag
  /// Of a view: until when all its calls may wait.
  private let deadline: RedisDeadline?

  /// Names a store; it is connected to by the first call.
  public init(
    _ url: RedisURL, role: StoreRole = .client, options: RedisOptions = RedisOptions(), observer: StoreObserver? = nil
  ) {
    self.role = role
    self.options = options
    self.observer = observer
    shards = RedisShards(url, role)
    link = RedisLink(url, options)
    isCluster = RedisFlag()
    deadline = nil
  }

  private init(_ store: RedisSessionTickets, until deadline: RedisDeadline) {
    role = store.role
    options = store.options
    observer = store.observer
    shards = store.shards
    link = store.link
    isCluster = store.isCluster
    self.deadline = store.deadline.map { $0.earlier(of: deadline) } ?? deadline
  }

  /// The same store, whose calls wait that many milliseconds in all: however many they are, and for themselves no longer than
  /// the options say.
  public func within(milliseconds: Int) -> any TicketStore {
    RedisSessionTickets(self, until: RedisDeadline(milliseconds: milliseconds))
  }

  public func close() { link.close() }

  /// Closes its connections, until the next call makes another: for a process whose descriptors are not its own to keep.
  package func letGo() { link.letGo() }

  // MARK: Calls

  /// How long a call may take.
  enum Limit { case claim, keep, list }

  func deadline(_ limit: Limit) -> RedisDeadline {
    let milliseconds =
      switch limit {
      case .claim: options.claimLimit
      case .keep: options.keepLimit
      case .list: options.listLimit
      }
    let own = RedisDeadline(milliseconds: milliseconds)
    return deadline.map { $0.earlier(of: own) } ?? own
  }

  /// Runs a script on the shard of a server.
  func run(
    _ script: RedisScript, on server: Digest, _ arguments: [[UInt8]], until deadline: RedisDeadline
  ) throws(StoreError) -> RESPValue {
    try runOnKeys(script, [shards.key(of: server)], arguments, until: deadline) ?? .null
  }

  /// - Returns: Nil if the keys lie on different servers.
  func runOnKeys(
    _ script: RedisScript, _ keys: [[UInt8]], _ arguments: [[UInt8]], until deadline: RedisDeadline
  ) throws(StoreError) -> RESPValue? {
    try requireOpen()
    switch try link.run(RedisLink.Call(script: script, keys: keys, arguments: arguments), until: deadline) {
    case .value(let value): return value
    case .crossesSlots:
      isCluster.set()
      return nil
    }
  }

  /// Runs a script on all shards.
  func runOnAll(
    _ script: RedisScript, _ arguments: [[UInt8]], _ visit: (RESPValue) throws(StoreError) -> Bool
  ) throws(StoreError) {
    try requireOpen()
    let keys = (0..<shards.count).lazy.map { [shards] in shards.key($0) }
    try link.runAll(script, keys: keys, arguments: arguments, until: deadline(.list), visit)
  }

  var mayBeCluster: Bool { isCluster.isSet }
  func noteCluster() { isCluster.set() }

  func requireOpen() throws(StoreError) {
    if link.isClosed { throw StoreError(.closed, "the ticket store was closed", place: place, leavesNothing: true) }
  }

  /// For messages.
  var place: String { url.description }

  func unexpected() -> StoreError {
    StoreError(.unavailable, "the server's answer isn't the script's", place: place)
  }

  func notify(_ event: @autoclosure () -> StoreEvent) {
    if let observer { observer(event()) }
  }

  /// The names in an answer, without what isn't one.
  func names(_ values: some Sequence<RESPValue>) -> [RedisEntryName] {
    values.compactMap { $0.bytes.flatMap { RedisEntryName($0) } }
  }
}

/// Once it is set, it stays.
final class RedisFlag: Sendable {
  private let state = Lock(false)
  var isSet: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}
