import SessionTickets

/// What `replace` does, with one caller.
let replacementChecks: [CheckDefinition] = [
  CheckDefinition("a replacement takes the place of the record") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    observer.reset()
    let old = RecordKey(place: place, id: RecordFactory.id(1))
    let time = RecordFactory.start.advanced(bySeconds: 1)
    try trial.expect(try store.replace(old, by: RecordFactory.record(2), now: time), equals: true, "the replacement")
    try trial.expect(
      try store.select(server: place.server).map(\.key.id), equals: [RecordFactory.id(2)], "the records there")
    let new = RecordKey(place: place, id: RecordFactory.id(2))
    try trial.expect(
      Set(observer.events), equals: [.removed(old, .replaced), .inserted(new)], "the events of a replacement")
  },

  CheckDefinition("a record that is gone is not replaced") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    _ = try trial.take(store, place)
    let replaced = try store.replace(
      RecordKey(place: place, id: RecordFactory.id(1)), by: RecordFactory.record(2), now: RecordFactory.start)
    try trial.expect(replaced, equals: false, "the replacement of a taken ticket")
    try trial.expect(try store.count().records, equals: 0, "records afterwards")
  },

  CheckDefinition("a record is not replaced by one whose id exists") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for number in 1...2 {
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start)
    }
    for number in [UInt64(1), 2] {
      try trial.expect(.idExists, "a replacement of record 1 by one with the id of record \(number)") {
        _ = try store.replace(
          RecordKey(place: place, id: RecordFactory.id(1)), by: RecordFactory.record(number, byteCount: 99),
          now: RecordFactory.start)
      }
    }
    try trial.expect(try store.count().records, equals: 2, "records afterwards")
  },
]
