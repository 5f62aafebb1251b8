import SessionTickets

/// Who is given what, in which order, and how often.
let claimChecks: [CheckDefinition] = [
  CheckDefinition("a ticket is given once") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "the first take")
    try trial.expect(try trial.take(store, place), equals: nil, "the second take")
    try trial.expect(try store.count().records, equals: 0, "records after the take")
  },

  CheckDefinition("what comes out are the bytes that went in") { trial in
    let store = try trial.store()
    for (number, size) in [(1, RecordHeader.byteCount), (2, 4_097), (3, SealedRecord.maximumByteCount)] {
      let place = RecordFactory.place(server: UInt64(number))
      let record = RecordFactory.record(UInt64(number), byteCount: size)
      try store.insert(record, at: place, now: RecordFactory.start)
      switch try store.take(from: place, now: RecordFactory.start) {
      case .claimed(let claim):
        try trial.expect(claim.record == record, "a record of \(size) bytes comes out as it went in")
        try trial.expect(claim.key.place, equals: place, "the place of the claim")
      case .miss(let miss):
        try trial.expect(false, "a record of \(size) bytes is found, not \(miss)")
      }
    }
  },

  CheckDefinition("a session is given again and again") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1, kind: .session), at: place, now: RecordFactory.start)
    for turn in 1...3 {
      try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "take number \(turn)")
    }
    try trial.expect(try store.count().sessions, equals: 1, "sessions after three takes")
  },

  CheckDefinition("the newest ticket is given first") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for number in 1...3 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    for number in [3, 2, 1] {
      try trial.expect(
        try trial.take(store, place, at: Moment.start + 10), equals: RecordFactory.id(UInt64(number)), "the next take")
    }
  },

  CheckDefinition("tickets are given before the session, even if it is newer") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(2, kind: .session), at: place, now: RecordFactory.start.advanced(bySeconds: 1))
    try trial.expect(try trial.take(store, place, at: Moment.start + 2), equals: RecordFactory.id(1), "first")
    try trial.expect(try trial.take(store, place, at: Moment.start + 2), equals: RecordFactory.id(2), "then")
  },

  CheckDefinition("a server's records are not given to another server") { trial in
    let store = try trial.store()
    let place = RecordFactory.place(server: 1)
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    let other = StoreKey(server: RecordFactory.digest(2), identity: place.identity)
    let miss = try trial.miss(store, other)
    try trial.expect(miss, equals: Miss(), "the miss at another server")
    try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "the take at its own server")
  },

  CheckDefinition("a miss tells that the server has live records of other identities") { trial in
    let store = try trial.store()
    try store.insert(
      RecordFactory.record(1), at: RecordFactory.place(server: 1, identity: 1), now: RecordFactory.start)
    let miss = try trial.miss(store, RecordFactory.place(server: 1, identity: 2))
    try trial.expect(miss, equals: Miss(otherIdentities: true), "the miss")
    let late = try trial.miss(store, RecordFactory.place(server: 1, identity: 2), at: Moment.expiry)
    try trial.expect(late, equals: Miss(), "the miss once the other identity's record has expired")
  },

  CheckDefinition("reading a record is no claim") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    let record = RecordFactory.record(1)
    try store.insert(record, at: place, now: RecordFactory.start)
    let key = RecordKey(place: place, id: record.header.id)
    for _ in 1...2 {
      try trial.expect(try store.read(key) == record, "read gives the record, every time")
    }
    try trial.expect(try trial.take(store, place), equals: record.header.id, "the take after reads")
    try trial.expect(try store.read(key) == nil, "read gives nothing after the take")
  },
]
