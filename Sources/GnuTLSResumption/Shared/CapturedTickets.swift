internal import SessionTickets
internal import SessionTicketsLocking

/// The tickets that came to this process last, and what has become of each. Of what was forgotten nobody knows whose it is.
final class CapturedTickets: Sendable {
  private enum State {
    /// Nobody else has it.
    case waiting
    /// Nobody else has it, but the program has got it.
    case taken
    /// On its way to the store.
    case leaving(isShared: Bool)
    case stored(RecordKey, isShared: Bool)
    /// The store may have it, whatever it has answered, or somebody who took it there.
    case lost(isShared: Bool)
    /// The program uses it, and nobody else.
    case ceded

    /// Other machines may have it, or get it.
    var isOutOfReach: Bool {
      switch self {
      case .leaving(let isShared), .stored(_, let isShared), .lost(let isShared): isShared
      case .waiting, .taken, .ceded: false
      }
    }
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

  /// The program may use all of them.
  /// - Returns: Where those are that were stored. Of those that other machines may get it isn't the only holder until
  ///   they are taken back there.
  func cedeAll() -> [(digest: Digest, key: RecordKey, isShared: Bool)] {
    memory.withLock { memory in
      memory.leaveOthers()
      var stored: [(digest: Digest, key: RecordKey, isShared: Bool)] = []
      memory.states.updateAll { digest, state in
        if case .stored(let key, let isShared) = state { stored.append((digest, key, isShared)) }
        return state.isOutOfReach ? .lost(isShared: true) : .ceded
      }
      return stored
    }
  }

  /// - Parameter isShared: It goes to where other machines get it, who see no mark: not if the program has got it.
  func beginKeeping(_ digest: Digest, isShared: Bool) -> Bool {
    memory.withLock { memory in
      memory.leaveOthers()
      switch memory.states[digest] {
      case .taken where isShared: return false
      case .waiting, .taken:
        memory.states[digest] = .leaving(isShared: isShared)
        return true
      case .leaving, .stored, .lost, .ceded, nil: return false
      }
    }
  }

  func isStored(_ digest: Digest, as key: RecordKey, isShared: Bool) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.states[digest] = .stored(key, isShared: isShared)
    }
  }

  func isKnown(_ digest: Digest, as ticket: KnownTicket) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.known[digest] = ticket
    }
  }

  /// - Parameter isCertain: The store certainly doesn't have it.
  func isNotStored(_ digest: Digest, isCertain: Bool, isShared: Bool) {
    memory.withLock { memory in
      memory.leaveOthers()
      memory.states[digest] = isCertain ? .waiting : .lost(isShared: isShared)
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
    case store(RecordKey, isShared: Bool)
    case unknown
  }

  /// The program uses it: what waits isn't kept any more.
  /// - Returns: Who else has it.
  func cede(_ digest: Digest) -> Holder {
    memory.withLock { memory in
      memory.leaveOthers()
      switch memory.states[digest] {
      case .waiting, .taken, .ceded:
        memory.states[digest] = .ceded
        return .nobody
      case .stored(let key, let isShared): return .store(key, isShared: isShared)
      case .leaving, .lost, nil: return .unknown
      }
    }
  }

  /// The program gets it, and may use it at any time.
  /// - Returns: Where it is shared, if it is; nil where that isn't known.
  func isTaken(_ digest: Digest) -> Holder {
    memory.withLock { memory in
      memory.leaveOthers()
      switch memory.states[digest] {
      case .waiting, .taken:
        memory.states[digest] = .taken
        return .nobody
      case .ceded: return .nobody
      case .stored(let key, let isShared): return .store(key, isShared: isShared)
      case .leaving, .lost, nil: return .unknown
      }
    }
  }

  /// Whether the program has got one that waits.
  func wasTaken(_ digest: Digest) -> Bool {
    memory.withLock { memory in
      memory.leaveOthers()
      if case .taken = memory.states[digest] { return true }
      return false
    }
  }

  /// Whether it is, or may be, where other machines get it.
  func isShared(_ digest: Digest) -> Bool {
    memory.withLock { memory in
      memory.leaveOthers()
      return memory.states[digest]?.isOutOfReach == true
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

  mutating func updateAll(_ update: (Digest, Value) -> Value) {
    for index in entries.indices { entries[index].value = update(entries[index].digest, entries[index].value) }
  }

  /// Nearly always one of the last.
  private func index(of digest: Digest) -> Int? { entries.indices.last { entries[$0].digest == digest } }
}
