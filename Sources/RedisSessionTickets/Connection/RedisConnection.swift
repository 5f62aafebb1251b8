import SessionTickets

/// A connection to one server, and what has come on it. One thread at a time has it.
///
/// Unchecked, as it goes from thread to thread by way of a ``RedisKeeper``, which gives it to one at a time.
final class RedisConnection: @unchecked Sendable {
  let endpoint: RedisEndpoint
  /// The process that has made it; nil where that can't be told.
  let process = ProcessGeneration.current
  private(set) var lastUse = RedisDeadline.now()
  private let transport: any RedisTransport
  private var decoder = RESPDecoder()
  /// Commands that come before the first one, to authenticate and to choose the database, and their number.
  private var preamble: RESPCommand
  private var preambleCount: Int
  /// Something went wrong: nobody knows which answer comes next.
  private var isBroken = false

  /// How much is read at once.
  private static let chunk = 32 * 1_024
  /// After this many nanoseconds without use, something between here and there may have forgotten the connection.
  private static let longestRest: Int64 = 30_000_000_000

  init(_ transport: any RedisTransport, to endpoint: RedisEndpoint, preamble: [[[UInt8]]]) {
    self.transport = transport
    self.endpoint = endpoint
    preambleCount = preamble.count
    self.preamble = RESPCommand()
    for command in preamble { self.preamble.append(command) }
  }

  deinit { transport.close() }

  /// Whether it can be used again, as far as can be told without asking.
  var isUsable: Bool {
    guard let process, process == ProcessGeneration.current, !isBroken, decoder.isEmpty else { return false }
    return RedisDeadline.now() &- lastUse < Self.longestRest && transport.isIdle()
  }

  /// Whether it may be kept for another call.
  var isKeepable: Bool { process != nil && !isBroken && decoder.isEmpty && preambleCount == 0 }

  /// Sends commands.
  /// - Throws: An error whose `leavesNothing` isn't set: part of them may have arrived.
  func send(_ commands: RESPCommand, until deadline: RedisDeadline) throws(StoreError) {
    let bytes = preamble.bytes + commands.bytes
    preamble = RESPCommand()
    do throws(RedisTransportFailure) {
      try transport.send(bytes, until: deadline)
    } catch {
      throw broken(error)
    }
  }

  /// The next command's answer.
  func answer(until deadline: RedisDeadline) throws(StoreError) -> RESPValue {
    while preambleCount > 0 {
      let answer = try nextValue(until: deadline)
      if case .error(let message) = answer {
        isBroken = true
        let reason = RedisRefusal(message, from: endpoint).reason
        throw StoreError(.unavailable, "the server refuses: \(reason)", place: endpoint.description)
      }
      preambleCount -= 1
    }
    return try nextValue(until: deadline)
  }

  private func nextValue(until deadline: RedisDeadline) throws(StoreError) -> RESPValue {
    while true {
      do throws(RESPDecoder.Violation) {
        if let value = try decoder.next() {
          lastUse = RedisDeadline.now()
          return value
        }
      } catch {
        isBroken = true
        throw StoreError(
          .unavailable, "the server's answer can't be read: \(error.text)", place: endpoint.description)
      }
      // Whoever sends a byte now and then never lets poll(2) wait to its end.
      guard !deadline.hasPassed else { throw broken(.timedOut) }
      var bytes: [UInt8] = []
      do throws(RedisTransportFailure) {
        try transport.receive(into: &bytes, atMost: Self.chunk, until: deadline)
      } catch {
        throw broken(error)
      }
      decoder.append(bytes)
    }
  }

  private func broken(_ failure: RedisTransportFailure) -> StoreError {
    isBroken = true
    return failure.error(at: endpoint, "the connection to the server failed")
  }
}

extension RedisTransportFailure {
  func error(at endpoint: RedisEndpoint, _ what: String, leavesNothing: Bool = false) -> StoreError {
    switch self {
    case .timedOut:
      StoreError(
        .unavailable, "the server doesn't answer in time", place: endpoint.description, leavesNothing: leavesNothing)
    case .ended:
      StoreError(
        .unavailable, "the server has closed the connection", place: endpoint.description, leavesNothing: leavesNothing)
    case .system(let code):
      StoreError(.unavailable, what, place: endpoint.description, errno: code, leavesNothing: leavesNothing)
    case .other(let text):
      StoreError(.unavailable, "\(what): \(text)", place: endpoint.description, leavesNothing: leavesNothing)
    }
  }
}
