import SessionTickets

/// What leaves when a bound is reached.
let boundChecks: [CheckDefinition] = [
  CheckDefinition("of an identity's records, the newest stay") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 3), observer: observer.observe)
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(90), at: RecordFactory.place(identity: 2), now: RecordFactory.start)
    for number in 1...5 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    let ids = try store.select(server: place.server).map(\.key.id)
    try trial.expect(ids, equals: [90, 3, 4, 5].map(RecordFactory.id), "the records that stay")
    try trial.expect(observer.removals(because: .evicted), equals: 2, "evictions")
  },

  CheckDefinition("in total, the newest records stay") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(bounds: StoreBounds(records: 8), observer: observer.observe)
    for number in 1...30 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
      try trial.expect(try store.count().records <= 8, "never more than 8 records")
      let key = RecordKey(place: RecordFactory.place(server: UInt64(number)), id: RecordFactory.id(UInt64(number)))
      try trial.expect(try store.read(key) != nil, "the record just inserted stays")
    }
    var ids: Set<RecordID> = []
    try store.forEachRecord {
      ids.insert($0.key.id)
      return true
    }
    try trial.expect(ids == Set((23...30).map(RecordFactory.id)), "the 8 newest stay")
    try trial.expect(observer.removals(because: .evicted), equals: 22, "evictions")
  },

  CheckDefinition("notes count towards the bound of records") { trial in
    let store = try trial.store(bounds: StoreBounds(records: 8))
    for number in 1...8 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    for number in 1...3 {
      try store.setNote(
        [1], server: RecordFactory.digest(UInt64(number)), identity: nil,
        now: RecordFactory.start.advanced(bySeconds: Int64(10 + number)))
    }
    let count = try store.count()
    try trial.expect(count.notes, equals: 3, "notes")
    try trial.expect(count.records, equals: 5, "records that the notes leave room for")
  },

  CheckDefinition("old notes leave for new records") { trial in
    let store = try trial.store(bounds: StoreBounds(records: 8))
    try store.setNote([1], server: RecordFactory.digest(1), identity: nil, now: RecordFactory.start)
    for number in 1...8 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    try trial.expect(try store.count().notes, equals: 0, "notes")
    try trial.expect(try store.count().records, equals: 8, "records")
  },

  CheckDefinition("the bytes are bounded, and the newest records stay") { trial in
    let bound = 1024 * 1024
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 20, records: 20, bytes: bound))
    let size = 100_000
    for number in 1...15 {
      try store.insert(
        RecordFactory.record(UInt64(number), byteCount: size), at: RecordFactory.place(),
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
      let bytes = try store.count().bytes
      try trial.expect(bytes <= bound, "at most \(bound) bytes, not \(bytes)")
    }
    let ids = try store.select(server: RecordFactory.place().server).map(\.key.id)
    try trial.expect(ids.count >= 8, "a store of \(bound) bytes keeps 8 records of \(size), not only \(ids.count)")
    try trial.expect(ids, equals: ((16 - UInt64(ids.count))...15).map(RecordFactory.id), "the newest stay")
  },

  CheckDefinition("the record just inserted stays, however small the bounds") { trial in
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 1, records: 1, bytes: 1))
    for number in 1...3 {
      let place = RecordFactory.place(server: UInt64(number))
      try store.insert(
        RecordFactory.record(UInt64(number), byteCount: SealedRecord.maximumByteCount), at: place,
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
      try trial.expect(try store.count().records, equals: 1, "records")
      try trial.expect(
        try store.select(server: place.server).map(\.key.id), equals: [RecordFactory.id(UInt64(number))], "the newest")
    }
  },

  CheckDefinition("the record just inserted stays, even if the clock went back") { trial in
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 2, records: 8))
    let place = RecordFactory.place()
    for number in 1...4 {
      let kind: RecordKind = number < 3 ? .session : .ticket
      try store.insert(
        RecordFactory.record(UInt64(number), kind: kind), at: place,
        now: RecordFactory.start.advanced(bySeconds: Int64(-3_600 * number)))
      let key = RecordKey(place: place, id: RecordFactory.id(UInt64(number)))
      try trial.expect(try store.read(key) != nil, "record \(number) stays")
    }
    try store.insert(
      RecordFactory.record(5), at: place, now: RecordFactory.start.advanced(bySeconds: -36_000))
    try trial.expect(
      try trial.take(store, place), equals: RecordFactory.id(5), "the record of the last insertion is the newest")
  },
]
