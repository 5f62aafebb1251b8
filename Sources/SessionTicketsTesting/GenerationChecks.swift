import SessionTickets
import SessionTicketsLocking
import Synchronization

/// What makes removals final for what is under way.
let generationChecks: [CheckDefinition] = [
  CheckDefinition("a record of the store's generation is kept") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    let first = try store.generation()
    try store.insert(RecordFactory.record(1), at: place, generation: first, now: RecordFactory.start)
    try store.removeAll()
    let second = try store.generation()
    try trial.expect(second != first, "another generation after everything was removed")
    try store.insert(RecordFactory.record(2), at: place, generation: second, now: RecordFactory.start)
    try trial.expect(try store.count().tickets, equals: 1, "tickets")
  },

  CheckDefinition("a generation lasts until everything of the store or of a server is removed") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    let generation = try store.generation()
    for number in 1...3 {
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start)
    }
    try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start)
    _ = try trial.take(store, place)
    try store.remove(RecordKey(place: place, id: RecordFactory.id(1)), because: .declined)
    let key = RecordKey(place: place, id: RecordFactory.id(2))
    try trial.expect(try store.replace(key, by: RecordFactory.record(9), now: RecordFactory.start), equals: true, "it")
    try store.removeSession(at: place, because: .fatalAlert)
    try store.purgeExpired(now: WallTime(seconds: Moment.expiry))
    try trial.expect(try store.generation() == generation, "the generation after other removals")
    try store.removeAll(server: place.server, because: .explicit)
    try trial.expect(try store.generation() != generation, "another generation after a server was forgotten")
  },

  CheckDefinition("what comes of before a removal of everything is refused") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    // Before anything was stored, when nothing was there, and when something was.
    for turn in 1...3 {
      let generation = try store.generation()
      if turn == 3 { try store.insert(RecordFactory.record(7), at: place, now: RecordFactory.start) }
      try store.removeAll()
      observer.reset()
      try trial.expect(.superseded, "an insertion in turn \(turn)") {
        try store.insert(RecordFactory.record(1), at: place, generation: generation, now: RecordFactory.start)
      }
      try trial.expect(.superseded, "an insertion that seals, in turn \(turn)") {
        try store.insert(at: place, generation: generation, now: RecordFactory.start) { () throws(StoreError) in
          RecordFactory.record(2)
        }
      }
      try trial.expect(observer.events, equals: [], "events of refused insertions")
      try trial.expect(try store.count(), equals: StoreCount(), "the count afterwards")
    }
  },

  CheckDefinition("what comes of before a server was forgotten is refused") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for isThere in [false, true] {
      if isThere { try store.insert(RecordFactory.record(7), at: place, now: RecordFactory.start) }
      let generation = try store.generation()
      try store.removeAll(server: place.server, because: .explicit)
      try trial.expect(.superseded, "an insertion after the server was forgotten") {
        try store.insert(RecordFactory.record(1), at: place, generation: generation, now: RecordFactory.start)
      }
    }
    try store.insert(RecordFactory.record(1), at: place, generation: nil, now: RecordFactory.start)
    try trial.expect(try store.count().tickets, equals: 1, "tickets after an insertion that doesn't ask")
  },

  CheckDefinition("a note of before a removal is refused, and one of after it is kept") { trial in
    let store = try trial.store()
    let (server, now) = (RecordFactory.digest(1), RecordFactory.start)
    let first = try store.generation()
    try store.removeAll(server: server, because: .explicit)
    try trial.expect(.superseded, "a note of before") {
      try store.setNote([1], server: server, identity: nil, generation: first, now: now)
    }
    try trial.expect(try store.note(server: server, identity: nil) == nil, "no note of before")
    try store.setNote([2], server: server, identity: nil, generation: store.generation(), now: now)
    try trial.expect(try store.note(server: server, identity: nil) == [2], "a note of after")
  },

  CheckDefinition("of concurrent insertions and a removal of everything, nothing older than it stays") { trial in
    try checkConcurrentRemoval(trial) { store, _ in try store.removeAll() }
  },

  CheckDefinition("of concurrent insertions and a server's forgetting, nothing older than it stays") { trial in
    try checkConcurrentRemoval(trial) { store, server in try store.removeAll(server: server, because: .explicit) }
  },
]

private func checkConcurrentRemoval(
  _ trial: Trial, by remove: @escaping @Sendable (any TicketStore, Digest) throws -> Int
) throws {
  for round in 0..<60 {
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 1_000))
    let place = RecordFactory.place(server: UInt64(round))
    let generation = try store.generation()
    let removed = Atomic(false)
    let failures = Lock<[String]>([])
    concurrently(4) { thread in
      do {
        if thread == 0 {
          _ = try remove(store, place.server)
          return removed.store(true, ordering: .sequentiallyConsistent)
        }
        for step in 0..<100 where !removed.load(ordering: .sequentiallyConsistent) {
          try store.insert(
            RecordFactory.record(UInt64(thread * 1_000 + step), byteCount: 100), at: place, generation: generation,
            now: RecordFactory.start.advanced(bySeconds: Int64(step)))
        }
      } catch let error as StoreError where error.code == .superseded {
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    try trial.expect(failures.withLock { $0 }, equals: [], "errors other than superseded")
    try trial.expect(try store.count().records, equals: 0, "records that outlive the removal")
  }
}
