import SessionTickets

/// What a running check works with: stores to make, records to put there, and a way to fail.
struct Trial: Sendable {
  let check: String
  let makeStore: StoreConformance.MakeStore

  func store(bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil) throws -> any TicketStore {
    try makeStore(bounds, observer)
  }

  func expect(_ condition: Bool, _ expectation: @autoclosure () -> String) throws(ConformanceFailure) {
    if !condition { throw ConformanceFailure(check: check, expectation: expectation()) }
  }

  func expect<Value: Equatable>(
    _ value: Value, equals wanted: Value, _ meaning: @autoclosure () -> String
  ) throws(ConformanceFailure) {
    try expect(value == wanted, "\(meaning()): expected \(wanted), got \(value)")
  }

  /// Expects a store error of this code.
  func expect(_ code: StoreError.Code, _ meaning: String, from body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as StoreError {
      return try expect(error.code.rawValue, equals: code.rawValue, meaning)
    }
    throw ConformanceFailure(check: check, expectation: "\(meaning): expected the error \(code.rawValue)")
  }

  /// The first record that is shown.
  func candidate(_ store: any TicketStore, _ place: StoreKey) throws -> Candidate {
    let shown = try store.candidates(at: place, now: RecordFactory.start, limit: 1)
    guard let candidate = shown.records.first else {
      throw ConformanceFailure(check: check, expectation: "a record was to be shown, not \(shown.miss)")
    }
    return candidate
  }

  /// Claims, and tells the key of what was given.
  func claim(
    _ store: any TicketStore, _ candidate: Candidate, at seconds: Int64 = Moment.start
  ) throws -> RecordKey? {
    guard let claimed = try store.claim(candidate, now: WallTime(seconds: seconds)) else { return nil }
    try expect(claimed.record == candidate.record, "what is claimed is what was shown")
    return claimed.key
  }

  /// Takes, and tells the id of what was given.
  func take(
    _ store: any TicketStore, _ place: StoreKey, at seconds: Int64 = Moment.start
  ) throws -> RecordID? {
    switch try store.take(from: place, now: WallTime(seconds: seconds)) {
    case .claimed(let claim): claim.key.id
    case .miss: nil
    }
  }

  /// Takes, and expects to find nothing.
  func miss(
    _ store: any TicketStore, _ place: StoreKey, at seconds: Int64 = Moment.start
  ) throws -> Miss {
    switch try store.take(from: place, now: WallTime(seconds: seconds)) {
    case .claimed(let claim):
      throw ConformanceFailure(check: check, expectation: "a miss was expected, \(claim.key.id) was given")
    case .miss(let miss):
      return miss
    }
  }
}

/// The times that checks hand in, in seconds since 1970.
enum Moment {
  static let start: Int64 = 1_800_000_000
  /// When records expire that say nothing else.
  static let expiry: Int64 = start + 86_400
}
