import SessionTickets
import SessionTicketsLocking
import Synchronization

private let threadCount = 8

/// What holds while eight threads call the store at once.
let concurrencyChecks: [CheckDefinition] = [
  CheckDefinition("of eight concurrent takers, each ticket is given to one") { trial in
    let ticketCount = 16
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: ticketCount))
    for round in 0..<10 {
      let place = RecordFactory.place(server: UInt64(round))
      let ids = (0..<ticketCount).map { UInt64(round * ticketCount + $0) }
      for (step, id) in ids.enumerated() {
        try store.insert(
          RecordFactory.record(id), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(step)))
      }
      let given = Lock<[RecordID]>([])
      let failures = Lock<[String]>([])
      concurrently(threadCount) { _ in
        do {
          while let id = try trial.take(store, place, at: Moment.start + 60) { given.withLock { $0.append(id) } }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      try trial.expect(failures.withLock { $0 }, equals: [], "errors of takers")
      let all = given.withLock { $0 }
      try trial.expect(Set(all).count, equals: all.count, "different tickets among those given")
      try trial.expect(Set(all) == Set(ids.map(RecordFactory.id)), "every ticket is given to somebody")
    }
  },

  CheckDefinition("of eight concurrent replacements of a record, one wins") { trial in
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: threadCount + 1))
    for round in 0..<20 {
      let place = RecordFactory.place(server: UInt64(round))
      let old = RecordFactory.record(UInt64(round * 100))
      try store.insert(old, at: place, now: RecordFactory.start)
      let key = RecordKey(place: place, id: old.header.id)
      let winners = Lock<[RecordID]>([])
      let failures = Lock<[String]>([])
      concurrently(threadCount) { index in
        let new = RecordFactory.record(UInt64(round * 100 + 1 + index))
        do {
          if try store.replace(key, by: new, now: RecordFactory.start.advanced(bySeconds: 1)) {
            winners.withLock { $0.append(new.header.id) }
          }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      try trial.expect(failures.withLock { $0 }, equals: [], "errors of replacements")
      let ids = winners.withLock { $0 }
      try trial.expect(ids.count, equals: 1, "replacements that report success")
      try trial.expect(
        try store.select(server: place.server).map(\.key.id), equals: ids, "the records there afterwards")
    }
  },

  CheckDefinition("of a concurrent take and replacement of a ticket, one wins") { trial in
    let store = try trial.store()
    for round in 0..<40 {
      let place = RecordFactory.place(server: UInt64(round))
      let (old, new) = (RecordFactory.record(UInt64(round * 2)), RecordFactory.record(UInt64(round * 2 + 1)))
      try store.insert(old, at: place, now: RecordFactory.start)
      let taken = Lock<RecordID?>(nil)
      let replaced = Lock(false)
      let failures = Lock<[String]>([])
      concurrently(2) { index in
        do {
          if index == 0 {
            let id = try trial.take(store, place)
            taken.withLock { $0 = id }
          } else {
            let won = try store.replace(
              RecordKey(place: place, id: old.header.id), by: new, now: RecordFactory.start)
            replaced.withLock { $0 = won }
          }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      try trial.expect(failures.withLock { $0 }, equals: [], "errors")
      let oldWasTaken = taken.withLock { $0 } == old.header.id
      try trial.expect(oldWasTaken != replaced.withLock { $0 }, "either the take or the replacement gets the ticket")
    }
  },

  CheckDefinition("of eight concurrent insertions of one id, one succeeds") { trial in
    // Servers publish keys as sessions, whose ids all of them know.
    for round in 0..<20 {
      let kind = round % 2 == 0 ? RecordKind.ticket : .session
      let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: threadCount + 1))
      let place = RecordFactory.place(server: UInt64(round))
      let successes = Atomic<Int>(0)
      let unexpected = Lock<[String]>([])
      concurrently(threadCount) { index in
        // Each is another record with the same id, of another time: what collides is the id alone.
        let record = RecordFactory.record(7, kind: kind, byteCount: 100 + index)
        let time = RecordFactory.start.advanced(bySeconds: Int64(threadCount - index))
        do throws(StoreError) {
          try store.insert(record, at: place, now: time)
          successes.add(1, ordering: .relaxed)
        } catch  where error.code == .idExists {
        } catch {
          unexpected.withLock { $0.append("\(error)") }
        }
      }
      try trial.expect(unexpected.withLock { $0 }, equals: [], "errors other than idExists")
      try trial.expect(successes.load(ordering: .relaxed), equals: 1, "insertions that succeeded")
      try trial.expect(try store.select(server: place.server).count, equals: 1, "records with that id")
    }
  },
]
