internal import SessionTickets
internal import SessionTicketsLocking

/// The tickets that came to this process last, and what has become of each. Of what was forgotten nobody knows whose it is.
final class CapturedTickets: Sendable {
  private enum State {
    /// Nobody else has it.
    case waiting
    /// On its way to the store.
    case leaving
    case stored(RecordKey)
    /// The store may have it, whatever it has answered.
    case lost
    /// The program uses it, and nobody else.
    case ceded
  }

  private struct Memory {
    var process: UInt64?
    var states = Ring<State>(capacity: 1_024)
    /// It takes more room.
    var known = Ring<KnownTicket>(capacity: 32)

    /// A forked process's tickets are its parent's.
    mutating func leaveOthers() {
      let current = ProcessGeneration.current
      guard process != current else { return }
      self = Memory(process: current)
    }
  }

  private let memory = Lock(Memory())

  func add(_ digest: Digest) {
    // Whoever sends a ticket twice has sent one.
    memory.withLock { memory in
      memory.leaveOthers()
      if memory.states[digest] == nil { memory.states[digest] = .waiting }
    }
  }

  /// One that the engine has never had.
  func addCeded(_ digest: Digest) {
    memory.withLock { memory in
      memory.leaveOthers()
      if memory.states[digest] == nil { memory.states[digest] = .ceded }
    }
  }

  /// - Returns: Where those are that were stored.
  func cedeAll() -> [RecordKey] {
    memory.withLock { memory in
      memory.leaveOthers()
      return memory.states.replaceAll(by: .ceded).compactMap { state in
        if case .stored(let key) = state { return key }
        return nil
      }
    }
  }

  func beginKeeping(_ digest: Digest) -> Bool {
    memory.withLock { memory in
      memory.leaveOthers()
      guard case .waiting = memory.states[digest] else { return false }
      memory.states[digest] = .leaving
      return true
    }
  }

  func isStored(_ digest: Digest, as key: RecordKey) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.states[digest] = .stored(key)
    }
  }

  func isKnown(_ digest: Digest, as ticket: KnownTicket) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.known[digest] = ticket
    }
  }

  /// - Parameter isCertain: The store certainly doesn't have it.
  func isNotStored(_ digest: Digest, isCertain: Bool) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.states[digest] = isCertain ? .waiting : .lost
    }
  }

  func known(_ digest: Digest) -> KnownTicket? {
    memory.withLock { memory in
      memory.leaveOthers()
      return memory.known[digest]
    }
  }

  enum Holder {
    case nobody
    case store(RecordKey)
    case unknown
  }

  /// The program uses it: what waits isn't kept any more.
  /// - Returns: Who else has it.
  func cede(_ digest: Digest) -> Holder {
    memory.withLock { memory in
      memory.leaveOthers()
      switch memory.states[digest] {
      case .waiting, .ceded:
        memory.states[digest] = .ceded
        return .nobody
      case .stored(let key): return .store(key)
      case .leaving, .lost, nil: return .unknown
      }
    }
  }

  /// It was taken out of the store.
  func isCeded(_ digest: Digest) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.states[digest] = .ceded
    }
  }
}

/// What is known of the last tickets.
private struct Ring<Value> {
  private let capacity: Int
  private var entries: [(digest: Digest, value: Value)] = []
  private var next = 0

  init(capacity: Int) { self.capacity = capacity }

  subscript(digest: Digest) -> Value? {
    get { index(of: digest).map { entries[$0].value } }
    set {
      guard let newValue else { return }
      if let index = index(of: digest) {
        entries[index].value = newValue
      } else if entries.count < capacity {
        entries.append((digest, newValue))
      } else {
        entries[next] = (digest, newValue)
        next = (next + 1) % capacity
      }
    }
  }

  /// - Returns: What was known before.
  mutating func replaceAll(by value: Value) -> [Value] {
    defer { for index in entries.indices { entries[index].value = value } }
    return entries.map { $0.value }
  }

  /// Nearly always one of the last.
  private func index(of digest: Digest) -> Int? { entries.indices.last { entries[$0].digest == digest } }
}
