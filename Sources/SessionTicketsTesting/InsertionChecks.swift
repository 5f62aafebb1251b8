import SessionTickets

/// What an insertion refuses, and what it replaces.
let insertionChecks: [CheckDefinition] = [
  CheckDefinition("a session replaces the identity's session") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    let other = RecordFactory.place(identity: 2)
    try store.insert(RecordFactory.record(3, kind: .session), at: other, now: RecordFactory.start)
    for number in 1...2 {
      try store.insert(
        RecordFactory.record(UInt64(number), kind: .session), at: place,
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    try trial.expect(try store.count().sessions, equals: 2, "sessions of the two identities")
    try trial.expect(try trial.take(store, place, at: Moment.start + 3), equals: RecordFactory.id(2), "the session")
    try trial.expect(observer.removals(because: .replaced), equals: 1, "removals because of replacement")
  },

  CheckDefinition("a session leaves the identity's tickets") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(2, kind: .session), at: place, now: RecordFactory.start.advanced(bySeconds: 1))
    try trial.expect(try store.count().tickets, equals: 1, "tickets after the insertion of a session")
  },

  CheckDefinition("a ticket removes the identity's session") { trial in
    let store = try trial.store()
    let (place, other) = (RecordFactory.place(identity: 1), RecordFactory.place(identity: 2))
    try store.insert(RecordFactory.record(1, kind: .session), at: place, now: RecordFactory.start)
    try store.insert(RecordFactory.record(2, kind: .session), at: other, now: RecordFactory.start)
    try store.insert(RecordFactory.record(3), at: place, now: RecordFactory.start.advanced(bySeconds: 1))
    try trial.expect(try trial.take(store, place, at: Moment.start + 2), equals: RecordFactory.id(3), "first")
    try trial.expect(try trial.take(store, place, at: Moment.start + 2), equals: nil, "then")
    try trial.expect(
      try trial.take(store, other, at: Moment.start + 2), equals: RecordFactory.id(2), "the other identity's session")
  },

  CheckDefinition("an id that exists is refused, and nothing changes") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    let record = RecordFactory.record(1)
    try store.insert(record, at: place, now: RecordFactory.start)
    let before = try store.count()
    observer.reset()
    // Later, at the same time, and earlier: the clock may have been set.
    for step in [60, 0, -60] {
      try trial.expect(.idExists, "an insertion \(step) seconds after the first") {
        try store.insert(
          RecordFactory.record(1, byteCount: 77), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(step)))
      }
    }
    try trial.expect(.idExists, "the insertion of a session with the id of a ticket") {
      try store.insert(RecordFactory.record(1, kind: .session), at: place, now: RecordFactory.start)
    }
    try trial.expect(try store.count(), equals: before, "the count afterwards")
    try trial.expect(observer.events, equals: [], "events of refused insertions")
    try trial.expect(try store.read(RecordKey(place: place, id: record.header.id)) == record, "the first one stays")
  },

  CheckDefinition("ids are unique within an identity only") { trial in
    let store = try trial.store()
    let places = [RecordFactory.place(), RecordFactory.place(identity: 2), RecordFactory.place(server: 2)]
    for place in places { try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start) }
    for place in places {
      try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "the take from each")
    }
  },

  CheckDefinition("an insertion that seals again finds a free id") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    var numbers: [UInt64] = [2, 1, 1]
    let inserted = try store.insert(at: place, now: RecordFactory.start.advanced(bySeconds: 1)) {
      () throws(StoreError) in RecordFactory.record(numbers.popLast() ?? 9)
    }
    try trial.expect(inserted.header.id, equals: RecordFactory.id(2), "the id of the third sealing")
    try trial.expect(try store.count().tickets, equals: 2, "tickets afterwards")
  },

  CheckDefinition("an insertion that seals again gives up after as many attempts as allowed") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    var sealings = 0
    try trial.expect(.idExists, "an insertion that never finds a free id") {
      try store.insert(at: place, now: RecordFactory.start, attempts: 4) { () throws(StoreError) in
        sealings += 1
        return RecordFactory.record(1)
      }
    }
    try trial.expect(sealings, equals: 4, "sealings")
  },
]
