import SessionTickets

/// What is left of a closed store.
let closingChecks: [CheckDefinition] = [
  CheckDefinition("every call after closing is refused") { trial in
    let store = try trial.store()
    let place = RecordFactory.place()
    let (key, now) = (RecordKey(place: place, id: RecordFactory.id(1)), RecordFactory.start)
    try store.insert(RecordFactory.record(1), at: place, now: now)
    let candidate = try trial.candidate(store, place)
    store.close()
    store.close()
    try trial.expect(.closed, "insert") { try store.insert(RecordFactory.record(2), at: place, now: now) }
    try trial.expect(.closed, "candidates") { _ = try store.candidates(at: place, now: now, limit: 1) }
    try trial.expect(.closed, "claim") { _ = try store.claim(candidate, now: now) }
    try trial.expect(.closed, "generation") { _ = try store.generation() }
    try trial.expect(.closed, "take") { _ = try store.take(from: place, now: now) }
    try trial.expect(.closed, "read") { _ = try store.read(key) }
    try trial.expect(.closed, "replace") { _ = try store.replace(key, by: RecordFactory.record(2), now: now) }
    try trial.expect(.closed, "remove") { try store.remove(key, because: .explicit) }
    try trial.expect(.closed, "removeSession") { try store.removeSession(at: place, because: .explicit) }
    try trial.expect(.closed, "removeAll of a server") { try store.removeAll(server: place.server, because: .explicit) }
    try trial.expect(.closed, "removeAll") { try store.removeAll() }
    try trial.expect(.closed, "purgeExpired") { try store.purgeExpired(now: now) }
    try trial.expect(.closed, "count") { _ = try store.count() }
    try trial.expect(.closed, "select") { _ = try store.select(server: place.server) }
    try trial.expect(.closed, "forEachRecord") { try store.forEachRecord { _ in true } }
    try trial.expect(.closed, "note") { _ = try store.note(server: place.server, identity: nil) }
    try trial.expect(.closed, "setNote") { try store.setNote([1], server: place.server, identity: nil, now: now) }
  },

  CheckDefinition("a store that was never used can be closed") { trial in
    let store = try trial.store()
    store.close()
    try trial.expect(.closed, "count") { _ = try store.count() }
  },
]
