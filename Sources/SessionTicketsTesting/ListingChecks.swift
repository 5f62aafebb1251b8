import SessionTickets

/// What a store tells of itself.
let listingChecks: [CheckDefinition] = [
  CheckDefinition("a count tells tickets, sessions, notes and bytes") { trial in
    let store = try trial.store()
    try trial.expect(try store.count(), equals: StoreCount(), "the count of an empty store")
    try store.insert(RecordFactory.record(1), at: RecordFactory.place(), now: RecordFactory.start)
    try store.insert(RecordFactory.record(2), at: RecordFactory.place(server: 2), now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(3, kind: .session), at: RecordFactory.place(identity: 2), now: RecordFactory.start)
    try store.setNote([1], server: RecordFactory.digest(1), identity: nil, now: RecordFactory.start)
    let count = try store.count()
    try trial.expect(count.tickets, equals: 2, "tickets")
    try trial.expect(count.sessions, equals: 1, "sessions")
    try trial.expect(count.notes, equals: 1, "notes")
    let recordBytes = try store.fold(0) { $0 + $1.byteCount }
    try trial.expect(recordBytes >= 4_500, "three records of 1500 bytes count that at least, not \(recordBytes)")
    try trial.expect(count.bytes > recordBytes, "the note counts too")
  },

  CheckDefinition("the records of a server are listed oldest first") { trial in
    let store = try trial.store()
    try store.insert(RecordFactory.record(9), at: RecordFactory.place(server: 2), now: RecordFactory.start)
    var wanted: [RecordSummary] = []
    for number in 1...5 {
      let place = RecordFactory.place(identity: UInt64(number % 2))
      let time = RecordFactory.start.advanced(bySeconds: Int64(number))
      let kind: RecordKind = number == 5 ? .session : .ticket
      let record = RecordFactory.record(UInt64(number), kind: kind, expiry: Moment.start - 100 + Int64(number))
      try store.insert(record, at: place, now: time)
      wanted.append(
        RecordSummary(
          key: RecordKey(place: place, id: record.header.id), kind: kind, inserted: time,
          expiry: record.header.expiry, byteCount: 0))
    }
    let listed = try store.select(server: RecordFactory.digest(1)).map {
      RecordSummary(key: $0.key, kind: $0.kind, inserted: $0.inserted, expiry: $0.expiry, byteCount: 0)
    }
    try trial.expect(listed, equals: wanted, "the list, the expired included")
  },

  CheckDefinition("a fold visits every record once, and no note") { trial in
    let store = try trial.store()
    for number in 1...100 {
      let place = RecordFactory.place(server: UInt64(number))
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start)
      try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start)
    }
    let ids = try store.fold([]) { $0 + [$1.key.id] }
    try trial.expect(ids.count, equals: 100, "visits")
    try trial.expect(Set(ids) == Set((1...100).map(RecordFactory.id)), "every record is visited")
  },

  CheckDefinition("a visit ends when the closure says so") { trial in
    let store = try trial.store()
    for number in 1...10 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start)
    }
    var visits = 0
    try store.forEachRecord { _ in
      visits += 1
      return visits < 3
    }
    try trial.expect(visits, equals: 3, "visits")
  },

  CheckDefinition("a visitor may call the store") { trial in
    let store = try trial.store()
    for number in 1...10 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start)
    }
    var removed = 0
    try store.forEachRecord { record in
      if (try? store.remove(record.key, because: .explicit)) == true { removed += 1 }
      return true
    }
    try trial.expect(removed, equals: 10, "records that the visitor removed")
    try trial.expect(try store.count().records, equals: 0, "records afterwards")
  },
]
