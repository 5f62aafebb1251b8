import SessionTickets

/// What the different removals remove, and what they tell.
let removalChecks: [CheckDefinition] = [
  CheckDefinition("a record is removed once") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    for number in 1...2 {
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start)
    }
    let key = RecordKey(place: place, id: RecordFactory.id(1))
    try trial.expect(try store.remove(key, because: .declined), equals: true, "the first removal")
    try trial.expect(try store.remove(key, because: .declined), equals: false, "the second removal")
    try trial.expect(observer.removals(because: .declined), equals: 1, "removals with that reason")
    try trial.expect(
      try store.select(server: place.server).map(\.key.id), equals: [RecordFactory.id(2)], "the records that stay")
  },

  CheckDefinition("the session of an identity is removed, and its tickets stay") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let (place, other) = (RecordFactory.place(), RecordFactory.place(identity: 2))
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(2, kind: .session), at: place, now: RecordFactory.start.advanced(bySeconds: 1))
    try store.insert(RecordFactory.record(3, kind: .session), at: other, now: RecordFactory.start)
    try trial.expect(try store.removeSession(at: place, because: .fatalAlert), equals: true, "the first removal")
    try trial.expect(try store.removeSession(at: place, because: .fatalAlert), equals: false, "the second removal")
    try trial.expect(observer.removals(because: .fatalAlert), equals: 1, "removals with that reason")
    let count = try store.count()
    try trial.expect(count.tickets, equals: 1, "tickets that stay")
    try trial.expect(count.sessions, equals: 1, "sessions of other identities that stay")
    try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "the take afterwards")
    try trial.expect(try trial.take(store, place), equals: nil, "the take after that")
  },

  CheckDefinition("all records and notes of a server are removed, and no others") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    // More servers than a small store has folders, tables or pages to tell them apart by.
    for server in 1...50 {
      let place = RecordFactory.place(server: UInt64(server))
      try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
      try store.insert(
        RecordFactory.record(2), at: RecordFactory.place(server: UInt64(server), identity: 2),
        now: RecordFactory.start)
      try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start)
      try store.setNote([1], server: place.server, identity: place.identity, now: RecordFactory.start)
    }
    let server = RecordFactory.digest(7)
    try trial.expect(try store.removeAll(server: server, because: .policy), equals: 2, "records removed")
    try trial.expect(try store.removeAll(server: server, because: .policy), equals: 0, "records removed again")
    try trial.expect(observer.removals(because: .policy), equals: 2, "removals with that reason")
    try trial.expect(try store.note(server: server, identity: nil) == nil, "the server's note is gone")
    let count = try store.count()
    try trial.expect(count.records, equals: 98, "records of other servers")
    try trial.expect(count.notes, equals: 98, "notes of other servers")
  },

  CheckDefinition("everything is removed") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    for server in 1...20 {
      let place = RecordFactory.place(server: UInt64(server))
      try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
      try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start)
    }
    try trial.expect(try store.removeAll(), equals: 20, "records removed")
    try trial.expect(observer.removals(because: .explicit), equals: 20, "removals with that reason")
    try trial.expect(try store.count(), equals: StoreCount(), "the count afterwards")
    let place = RecordFactory.place(server: 3)
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try trial.expect(try trial.take(store, place), equals: RecordFactory.id(1), "the store can be used afterwards")
  },

  CheckDefinition("removals from an empty store find nothing") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    let key = RecordKey(place: place, id: RecordFactory.id(1))
    try trial.expect(try store.remove(key, because: .explicit), equals: false, "the removal of a record")
    try trial.expect(try store.removeSession(at: place, because: .explicit), equals: false, "of a session")
    try trial.expect(try store.removeAll(server: place.server, because: .explicit), equals: 0, "of a server")
    try trial.expect(try store.removeAll(), equals: 0, "of everything")
    try trial.expect(try store.purgeExpired(now: RecordFactory.start), equals: 0, "of the expired")
    try trial.expect(try trial.miss(store, place), equals: Miss(), "a take")
    try trial.expect(try store.count(), equals: StoreCount(), "the count")
  },
]
