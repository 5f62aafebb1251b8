import SessionTickets

/// The way to the servers: makes connections, keeps them, runs scripts, and goes where a cluster sends it.
final class RedisLink: Sendable {
  /// One run of a script.
  struct Call {
    let script: RedisScript
    let keys: [[UInt8]]
    let arguments: [[UInt8]]
  }

  enum Answer {
    case value(RESPValue)
    /// The keys lie on different servers.
    case crossesSlots
  }

  /// How often a cluster may send one call on.
  private static let mostRedirections = 5
  /// How many calls are sent at once.
  private static let batch = 64

  let url: RedisURL
  private let options: RedisOptions
  private let keeper = RedisKeeper()
  private let routes = RedisRoutes()

  init(_ url: RedisURL, _ options: RedisOptions) {
    self.url = url
    self.options = options
  }

  var isClosed: Bool { keeper.isClosed }
  func close() { keeper.close() }
  func letGo() { keeper.clear() }

  // MARK: Calls

  /// Runs a script.
  ///
  /// Nothing is sent again whose fate is unknown: only what the server has refused to run.
  /// - Throws: With `leavesNothing`, if the script surely hasn't run.
  func run(_ call: Call, until deadline: RedisDeadline) throws(StoreError) -> Answer {
    let key = call.keys[0]
    var endpoint = endpoint(of: key)
    var asks = false
    for _ in 0...Self.mostRedirections {
      let connection = try self.connection(to: endpoint, until: deadline)
      let answer = try exchange(call, on: connection, asks: asks, until: deadline)
      keeper.keep(connection)
      guard case .error(let message) = answer else { return .value(answer) }
      let refusal = RedisRefusal(message, from: endpoint)
      switch refusal.kind {
      case .crossesSlots: return .crossesSlots
      case .moved(let other):
        routes.note(other, for: key)
        (endpoint, asks) = (other, false)
      case .ask(let other): (endpoint, asks) = (other, true)
      case .unknownScript, .other: throw refused(refusal, endpoint)
      }
    }
    throw StoreError(
      .unavailable, "the servers of the cluster send one another's clients on and on", place: url.description,
      leavesNothing: true)
  }

  /// Runs a script on many keys, a batch at a time, and hands each answer over.
  func runAll(
    _ script: RedisScript, keys: some Sequence<[UInt8]>, arguments: [[UInt8]], until deadline: RedisDeadline,
    _ visit: (RESPValue) throws(StoreError) -> Bool
  ) throws(StoreError) {
    var batches: [RedisEndpoint: [Call]] = [:]
    for key in keys {
      let endpoint = endpoint(of: key)
      batches[endpoint, default: []].append(Call(script: script, keys: [key], arguments: arguments))
      guard let batch = batches[endpoint], batch.count == Self.batch else { continue }
      batches[endpoint] = nil
      guard try runBatch(batch, at: endpoint, until: deadline, visit) else { return }
    }
    for (endpoint, batch) in batches {
      guard try runBatch(batch, at: endpoint, until: deadline, visit) else { return }
    }
  }

  private func runBatch(
    _ calls: [Call], at endpoint: RedisEndpoint, until deadline: RedisDeadline,
    _ visit: (RESPValue) throws(StoreError) -> Bool
  ) throws(StoreError) -> Bool {
    let connection = try self.connection(to: endpoint, until: deadline)
    var commands = RESPCommand()
    for call in calls { commands.append(call.words(whole: false)) }
    try connection.send(commands, until: deadline)
    var answers: [RESPValue] = []
    for _ in calls { answers.append(try connection.answer(until: deadline)) }
    keeper.keep(connection)
    // The visitor may call the store, and takes what time it likes: nothing is under way meanwhile.
    for (call, answer) in zip(calls, answers) {
      var answer = answer
      // What is refused goes its own way.
      if case .error = answer, case .value(let value) = try run(call, until: deadline) { answer = value }
      guard try visit(answer) else { return false }
    }
    return true
  }

  private func exchange(
    _ call: Call, on connection: RedisConnection, asks: Bool, until deadline: RedisDeadline
  ) throws(StoreError) -> RESPValue {
    for whole in [false, true] {
      var commands = RESPCommand()
      if asks { commands.append([Array("ASKING".utf8)]) }
      commands.append(call.words(whole: whole))
      try connection.send(commands, until: deadline)
      if asks { _ = try connection.answer(until: deadline) }
      let answer = try connection.answer(until: deadline)
      guard !whole, case .error(let message) = answer,
        case .unknownScript = RedisRefusal(message, from: connection.endpoint).kind
      else { return answer }
    }
    return .null
  }

  private func refused(_ refusal: RedisRefusal, _ endpoint: RedisEndpoint) -> StoreError {
    StoreError(
      .unavailable, "the server refuses: \(refusal.reason)", place: endpoint.description, leavesNothing: true)
  }

  // MARK: Connecting

  private func endpoint(of key: [UInt8]) -> RedisEndpoint { routes.endpoint(of: key) ?? url.endpoint }

  private func connection(
    to endpoint: RedisEndpoint, until deadline: RedisDeadline
  ) throws(StoreError) -> RedisConnection {
    guard !keeper.isClosed else {
      throw StoreError(.closed, "the ticket store was closed", place: url.description, leavesNothing: true)
    }
    if let kept = keeper.take(endpoint) { return kept }
    let preamble = try self.preamble()
    do throws(RedisTransportFailure) {
      return RedisConnection(try transport(to: endpoint, until: deadline), to: endpoint, preamble: preamble)
    } catch {
      // A cluster may have lost that server.
      routes.forget()
      throw error.error(at: endpoint, "the server can't be reached", leavesNothing: true)
    }
  }

  private func transport(
    to endpoint: RedisEndpoint, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) -> any RedisTransport {
    switch endpoint {
    case .socket(let path): return try SocketTransport.connect(to: path, until: deadline)
    case .network(let host, let port, let isSecure):
      let addresses = options.addresses(host)
      guard !addresses.isEmpty else {
        throw .other("its address isn't known here; name a numeric address, or one in /etc/hosts")
      }
      guard isSecure else { return try SocketTransport.connect(to: addresses, port: port, until: deadline) }
      guard let connect = options.secureConnect else { throw .other("TLS isn't available here") }
      do throws(StoreError) {
        return try connect(host, port, addresses, deadline)
      } catch {
        throw .other(error.description)
      }
    }
  }

  private func preamble() throws(StoreError) -> [[[UInt8]]] {
    var commands: [[[UInt8]]] = []
    var secret = url.password
    if let file = url.passwordFile { secret = try RedisPasswordFile.read(file) }
    if let secret {
      var words = [Array("AUTH".utf8)]
      if let user = url.user { words.append(Array(user.utf8)) }
      words.append(secret.bytes)
      commands.append(words)
    }
    if url.database != 0 { commands.append([Array("SELECT".utf8), Array(String(url.database).utf8)]) }
    return commands
  }
}

extension RedisLink.Call {
  /// - Parameter whole: With the script itself, rather than by its name.
  func words(whole: Bool) -> [[UInt8]] {
    let head = whole ? [Array("EVAL".utf8), script.source] : [Array("EVALSHA".utf8), script.name]
    return head + [Array(String(keys.count).utf8)] + keys + arguments
  }
}
