import SessionTickets

/// What the observer is told.
let observerChecks: [CheckDefinition] = [
  CheckDefinition("the observer sees the insertion, the look-up and the removal of a ticket") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    let key = RecordKey(place: place, id: RecordFactory.id(1))
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try trial.expect(observer.events, equals: [.inserted(key)], "the events of an insertion")
    observer.reset()
    _ = try trial.take(store, place)
    try trial.expect(observer.events.count, equals: 2, "the events of a take")
    try trial.expect(
      Set(observer.events), equals: [.lookedUp(place, key.id), .removed(key, .taken)], "the events of a take")
  },

  CheckDefinition("the observer sees a look-up of a session, which stays") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1, kind: .session), at: place, now: RecordFactory.start)
    observer.reset()
    _ = try trial.take(store, place)
    try trial.expect(observer.events, equals: [.lookedUp(place, RecordFactory.id(1))], "the events of a take")
  },

  CheckDefinition("the observer sees a miss") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    _ = try trial.miss(store, place)
    try trial.expect(observer.events, equals: [.lookedUp(place, nil)], "the events of a miss")
  },
]
