import SessionTickets
import SessionTicketsLocking

/// What is shown, and what becomes of it when it is claimed.
let candidateChecks: [CheckDefinition] = [
  CheckDefinition("showing claims nothing") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    let record = RecordFactory.record(1)
    try store.insert(record, at: place, now: RecordFactory.start)
    observer.reset()
    for turn in 1...3 {
      let shown = try store.candidates(at: place, now: RecordFactory.start, limit: 4)
      try trial.expect(
        shown.records == [Candidate(record, at: place, inserted: RecordFactory.start)], "turn \(turn) shows the record")
      try trial.expect(shown.miss, equals: Miss(), "what there is besides")
    }
    try trial.expect(observer.events, equals: [], "the events of showing")
    try trial.expect(try store.count().tickets, equals: 1, "tickets that stay")
    try trial.expect(try trial.take(store, place), equals: record.header.id, "the take afterwards")
  },

  CheckDefinition("tickets are shown before the session, and the newest first") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for number in 1...3 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    try store.insert(
      RecordFactory.record(4, kind: .session), at: place, now: RecordFactory.start.advanced(bySeconds: 4))
    let shown = try store.candidates(at: place, now: RecordFactory.start, limit: 10).records
    try trial.expect(shown.map(\.key.id), equals: [3, 2, 1, 4].map(RecordFactory.id), "what is shown, in order")
    try trial.expect(
      shown.map(\.inserted), equals: [3, 2, 1, 4].map { RecordFactory.start.advanced(bySeconds: $0) },
      "the times of insertion")
  },

  CheckDefinition("no more is shown than the limit says") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for number in 1...4 {
      try store.insert(
        RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    for (limit, count) in [(-1, 0), (0, 0), (1, 1), (3, 3), (4, 4), (.max, 4)] {
      let shown = try store.candidates(at: place, now: RecordFactory.start, limit: limit).records.map(\.key.id)
      try trial.expect(
        shown, equals: [4, 3, 2, 1].prefix(count).map(RecordFactory.id), "what a limit of \(limit) lets be shown")
    }
  },

  CheckDefinition("what is shown tells what there is besides") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    for number in 2...3 {
      try store.insert(
        RecordFactory.record(UInt64(number), expiry: Moment.start + 10), at: place,
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    try store.insert(RecordFactory.record(4), at: RecordFactory.place(identity: 2), now: RecordFactory.start)
    let shown = try store.candidates(at: place, now: WallTime(seconds: Moment.start + 10), limit: 1)
    try trial.expect(shown.records.map(\.key.id), equals: [RecordFactory.id(1)], "the live record is shown")
    try trial.expect(shown.miss, equals: Miss(otherIdentities: true, expired: 2), "what there is besides")
    try trial.expect(try store.count().records, equals: 2, "the expired are removed")
  },

  CheckDefinition("a ticket that was shown is claimed once") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    let record = RecordFactory.record(1)
    try store.insert(record, at: place, now: RecordFactory.start)
    let candidate = try trial.candidate(store, place)
    observer.reset()
    try trial.expect(try trial.claim(store, candidate), equals: candidate.key, "the first claim")
    try trial.expect(
      Set(observer.events), equals: [.lookedUp(place, candidate.key.id), .removed(candidate.key, .taken)],
      "the events of a claim")
    observer.reset()
    try trial.expect(try trial.claim(store, candidate), equals: nil, "the second claim")
    try trial.expect(observer.events, equals: [], "the events of a claim of what has gone")
  },

  CheckDefinition("what was removed since it was shown can't be claimed") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    for kind in [RecordKind.ticket, .session] {
      try store.insert(RecordFactory.record(1, kind: kind), at: place, now: RecordFactory.start)
      let candidate = try trial.candidate(store, place)
      try store.remove(candidate.key, because: .explicit)
      try trial.expect(try trial.claim(store, candidate), equals: nil, "the claim of a removed \(kind)")
      try store.insert(RecordFactory.record(2, kind: kind), at: place, now: RecordFactory.start)
      try trial.expect(try trial.claim(store, candidate), equals: nil, "the claim while another \(kind) is there")
      try store.removeAll()
    }
  },

  CheckDefinition("a session is claimed again and again while it is there") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    try store.insert(RecordFactory.record(1, kind: .session), at: place, now: RecordFactory.start)
    let candidate = try trial.candidate(store, place)
    for turn in 1...3 {
      try trial.expect(try trial.claim(store, candidate), equals: candidate.key, "claim number \(turn)")
    }
  },

  CheckDefinition("what has expired since it was shown can't be claimed, and goes") { trial in
    let observer = RecordingObserver()
    let store = try trial.store(observer: observer.observe)
    let place = RecordFactory.place()
    for kind in [RecordKind.ticket, .session] {
      try store.insert(
        RecordFactory.record(1, kind: kind, expiry: Moment.start + 10), at: place, now: RecordFactory.start)
      let candidate = try trial.candidate(store, place)
      observer.reset()
      try trial.expect(
        try trial.claim(store, candidate, at: Moment.start + 10), equals: nil, "the claim of an expired \(kind)")
      try trial.expect(observer.events, equals: [.removed(candidate.key, .expired)], "the events")
    }
  },

  CheckDefinition("of eight concurrent claims of a ticket, one succeeds") { trial in
    let store = try trial.store()
    for round in 0..<40 {
      let place = RecordFactory.place(server: UInt64(round))
      try store.insert(RecordFactory.record(UInt64(round)), at: place, now: RecordFactory.start)
      let candidate = try trial.candidate(store, place)
      let claims = Lock<[RecordKey]>([])
      let failures = Lock<[String]>([])
      concurrently(8) { _ in
        do {
          if let key = try trial.claim(store, candidate) { claims.withLock { $0.append(key) } }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      try trial.expect(failures.withLock { $0 }, equals: [], "errors of claims")
      try trial.expect(claims.withLock { $0 }, equals: [candidate.key], "claims that succeeded")
    }
  },
]
