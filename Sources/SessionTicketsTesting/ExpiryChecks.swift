import SessionTickets

/// What happens to records that are of no more use.
let expiryChecks: [CheckDefinition] = [
  CheckDefinition("a record is given until the second before its expiry") { trial in
    let store = try trial.store()
    for (offset, given) in [(Int64(-1), true), (0, false), (1, false)] {
      let place = RecordFactory.place(server: UInt64(offset + 2))
      try store.insert(RecordFactory.record(1, expiry: Moment.start + 100), at: place, now: RecordFactory.start)
      try trial.expect(
        try trial.take(store, place, at: Moment.start + 100 + offset), equals: given ? RecordFactory.id(1) : nil,
        "the take \(offset) seconds from the expiry")
    }
  },

  CheckDefinition("an expired record is removed by a take, and counted") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    for number in 1...2 {
      try store.insert(
        RecordFactory.record(UInt64(number), expiry: Moment.start + 10), at: place, now: RecordFactory.start)
    }
    let miss = try trial.miss(store, place, at: Moment.start + 10)
    try trial.expect(miss, equals: Miss(expired: 2), "the miss")
    try trial.expect(try store.count().records, equals: 0, "records afterwards")
    try trial.expect(observer.removals(because: .expired), equals: 2, "removals because of expiry")
  },

  CheckDefinition("a live record is found behind expired ones") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(2, expiry: Moment.start + 10), at: place, now: RecordFactory.start.advanced(bySeconds: 1))
    try trial.expect(try trial.take(store, place, at: Moment.start + 20), equals: RecordFactory.id(1), "the take")
  },

  CheckDefinition("a session expires too") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(
      RecordFactory.record(1, kind: .session, expiry: Moment.start + 10), at: place, now: RecordFactory.start)
    try trial.expect(try trial.miss(store, place, at: Moment.start + 10), equals: Miss(expired: 1), "the miss")
  },

  CheckDefinition("a purge removes what has expired, and nothing else") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    for number in 1...6 {
      try store.insert(
        RecordFactory.record(UInt64(number), expiry: Moment.start + Int64(number)),
        at: RecordFactory.place(server: UInt64(number)), now: RecordFactory.start)
    }
    try store.setNote([1], server: RecordFactory.digest(1), identity: nil, now: RecordFactory.start)
    try trial.expect(try store.purgeExpired(now: WallTime(seconds: Moment.start + 4)), equals: 4, "purged records")
    try trial.expect(observer.removals(because: .purged), equals: 4, "removals because of the purge")
    let count = try store.count()
    try trial.expect(count.records, equals: 2, "records that stay")
    try trial.expect(count.notes, equals: 1, "notes that stay")
  },
]
