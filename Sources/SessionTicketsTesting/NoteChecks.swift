import SessionTickets

private let server = RecordFactory.digest(1)
private let identity = RecordFactory.place().identity

/// What notes are, and what they are not.
let noteChecks: [CheckDefinition] = [
  CheckDefinition("a note is read again and again") { trial in
    let store = try trial.store()
    try trial.expect(try store.note(server: server, identity: nil), equals: nil, "a note that nobody set")
    let note = (0..<NoteLimits.maximumByteCount).map { UInt8(truncatingIfNeeded: $0) }
    try store.setNote(note, server: server, identity: nil, now: RecordFactory.start)
    for _ in 1...2 { try trial.expect(try store.note(server: server, identity: nil), equals: note, "the note") }
  },

  CheckDefinition("an empty note is a note") { trial in
    let store = try trial.store()
    try store.setNote([], server: server, identity: nil, now: RecordFactory.start)
    try trial.expect(try store.note(server: server, identity: nil), equals: [], "the note")
  },

  CheckDefinition("a note larger than the limit is refused") { trial in
    let store = try trial.store()
    try store.setNote([1], server: server, identity: nil, now: RecordFactory.start)
    try trial.expect(.tooLarge, "a note of \(NoteLimits.maximumByteCount + 1) bytes") {
      try store.setNote(
        [UInt8](repeating: 0, count: NoteLimits.maximumByteCount + 1), server: server, identity: nil,
        now: RecordFactory.start)
    }
    try trial.expect(try store.note(server: server, identity: nil), equals: [1], "the note that was there")
  },

  CheckDefinition("a note replaces the older one, even if the clock went back") { trial in
    let store = try trial.store()
    for (number, step) in [(UInt8(1), Int64(0)), (2, 0), (3, 1), (4, -60)] {
      try store.setNote([number], server: server, identity: nil, now: RecordFactory.start.advanced(bySeconds: step))
      try trial.expect(try store.note(server: server, identity: nil), equals: [number], "the note")
    }
    try trial.expect(try store.count().notes, equals: 1, "notes")
  },

  CheckDefinition("a note is removed") { trial in
    let store = try trial.store()
    try store.setNote(nil, server: server, identity: nil, now: RecordFactory.start)
    try store.setNote([1], server: server, identity: nil, now: RecordFactory.start)
    try store.setNote(nil, server: server, identity: nil, now: RecordFactory.start)
    try trial.expect(try store.note(server: server, identity: nil), equals: nil, "the note")
    try trial.expect(try store.count(), equals: StoreCount(), "the count")
  },

  CheckDefinition("the notes of a server and of its identities are different notes") { trial in
    let store = try trial.store()
    try store.setNote([1], server: server, identity: nil, now: RecordFactory.start)
    try store.setNote([2], server: server, identity: identity, now: RecordFactory.start)
    try store.setNote([3], server: RecordFactory.digest(2), identity: nil, now: RecordFactory.start)
    try trial.expect(try store.note(server: server, identity: nil), equals: [1], "the server's")
    try trial.expect(try store.note(server: server, identity: identity), equals: [2], "the identity's")
    try trial.expect(
      try store.note(server: server, identity: RecordFactory.digest(9)), equals: nil, "another identity's")
    try store.setNote(nil, server: server, identity: nil, now: RecordFactory.start)
    try trial.expect(
      try store.note(server: server, identity: identity), equals: [2], "the identity's, without the server's")
  },

  CheckDefinition("a note is never given as a record") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.setNote(
      RecordFactory.record(1, byteCount: 100).bytes, server: server, identity: identity, now: .init(seconds: 1))
    try trial.expect(try trial.miss(store, place), equals: Miss(), "the take")
    let other = RecordFactory.place(identity: 2)
    try trial.expect(try trial.miss(store, other), equals: Miss(), "the take of another identity")
    try trial.expect(try store.select(server: server), equals: [], "the list")
  },

  CheckDefinition("notes are not counted among an identity's records") { trial in
    let store = try trial.store(bounds: StoreBounds(recordsPerIdentity: 1))
    try store.setNote([1], server: server, identity: identity, now: RecordFactory.start)
    try store.insert(
      RecordFactory.record(1), at: RecordFactory.place(), now: RecordFactory.start.advanced(bySeconds: 1))
    try trial.expect(try store.note(server: server, identity: identity), equals: [1], "the note")
  },
]
