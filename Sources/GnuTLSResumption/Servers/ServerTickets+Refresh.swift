internal import SessionTickets

/// Who is refreshing the keys: a child of `fork` isn't held up by a thread that its parent had.
struct Refresher: Sendable {
  private let process = ProcessGeneration.current
  private let began = Deadline.present

  var isAtIt: Bool { process == ProcessGeneration.current && began.millisecondsAgo < 60_000 }
}

extension ServerTickets {
  /// How long handshakes leave the store alone after trouble, in milliseconds.
  private static let rest: Double = 10_000

  /// Finds or draws the keys of this slot and the next, and lets go of those that have ended.
  ///
  /// Call it at the start, before the first client comes, and then every few seconds or minutes, at least once per slot,
  /// from a thread that may wait for the store. Without it a handshake does so when the next slot's key is missing, which
  /// takes it a few calls of the store; and keys of ended slots stay in memory until a client comes.
  public func refresh() { refresh(now: options.clock(), limit: nil) }

  func refreshIfDue(now: WallTime) {
    let live = calendar.live(at: now)
    let isDue = state.withLock { state in
      guard !state.isClosed, state.refresher?.isAtIt != true else { return false }
      if state.keys.hasAny(outside: live) { return true }
      guard state.keys.sealing(live.upperBound) == nil || state.keys.sealing(live.upperBound - 1) == nil else {
        return false
      }
      return state.rest?.hasPassed != false
    }
    if isDue { refresh(now: now, limit: Deadline(milliseconds: options.patience)) }
  }

  /// - Parameter limit: What isn't needed for new tickets is left for later then; nil: there is time for all of it.
  private func refresh(now: WallTime, limit: Deadline?) {
    let live = calendar.live(at: now)
    let begun = state.withLock { state -> (ended: [HeldKeys.Entry], mayUseStore: Bool)? in
      guard !state.isClosed, state.refresher?.isAtIt != true else { return nil }
      state.refresher = Refresher()
      let mayUseStore = limit == nil || state.rest?.hasPassed != false
      return (state.keys.removeEnded(outside: live), mayUseStore)
    }
    guard let begun else { return }
    var events = Set(begun.ended.map { $0.key.slot }).sorted().map { ServerEvent.keyEnded(slot: $0) }
    var trouble: StoreError?
    if begun.mayUseStore {
      do throws(StoreError) {
        try visitStore(live, begun.ended, now: now, limit: limit, &events)
      } catch {
        trouble = error
      }
      note(trouble, isLate: limit?.hasPassed == true, &events)
    }
    if state.withLock({ $0.keys.sealing(live.upperBound - 1) == nil && !$0.isClosed }) {
      drawOwn(slot: live.upperBound - 1, &events)
    }
    state.withLock { $0.refresher = nil }
    tell(events)
  }

  private func note(_ trouble: StoreError?, isLate: Bool, _ events: inout [ServerEvent]) {
    let hadTrouble = state.withLock { state in
      defer { state.hasTrouble = trouble != nil }
      state.rest = trouble != nil || isLate ? Deadline(milliseconds: Self.rest) : nil
      return state.hasTrouble
    }
    if let trouble {
      if !hadTrouble { events.append(.storeUnavailable(trouble)) }
    } else if hadTrouble {
      events.append(.storeAvailable)
    }
  }

  private func visitStore(
    _ live: ClosedRange<Int64>, _ ended: [HeldKeys.Entry], now: WallTime, limit: Deadline?,
    _ events: inout [ServerEvent]
  ) throws(StoreError) {
    guard let ring = try keeping.keyRing(create: true, now: now) else {
      throw StoreError(.unavailable, "there is no master key", place: "")
    }
    var store = try keeping.store.get()
    if let limit { store = store.within(milliseconds: Int(limit.pollTimeout)) }
    let visit = StoreVisit(store: store, ring: ring, calendar: calendar, now: now)
    for attempt in 1...2 {
      do throws(StoreError) {
        let generation = try visit.store.generation()
        if enter(generation) { events.append(.keysRevoked) }
        for slot in live.reversed() {
          if slot < live.upperBound - 1, limit?.hasPassed == true { break }
          try settle(slot, isForNewTickets: slot >= live.upperBound - 1, visit, generation, &events)
        }
        break
      } catch {
        // Somebody has removed everything just now: then all keys are to be others.
        guard error.code == .superseded, attempt == 1 else { throw error }
      }
    }
    for entry in ended where entry.isShared {
      // What is left is purged when there is time.
      guard limit?.hasPassed != true else { break }
      if let record = entry.record { try store.remove(record.key, because: .expired) }
    }
    if limit == nil, state.withLock({ $0.purged < live.upperBound }) {
      _ = try store.purgeExpired(now: now)
      state.withLock { $0.purged = live.upperBound }
    }
  }

  /// Notes the store's generation. If everything was removed since the last time, all keys go, and it returns true.
  private func enter(_ generation: StoreGeneration) -> Bool {
    state.withLock { state in
      let isAnother = state.generation != nil && state.generation != generation
      state.generation = generation
      if isAnother { state.keys.removeAll() }
      return isAnother
    }
  }

  /// Sees to it that the process has the key of a slot that the store has, and of two slots that the store has one.
  private func settle(
    _ slot: Int64, isForNewTickets: Bool, _ visit: StoreVisit, _ generation: StoreGeneration,
    _ events: inout [ServerEvent]
  ) throws(StoreError) {
    let held = state.withLock { $0.keys.sealing(slot) }
    if let held, held.isShared, !isForNewTickets { return }
    // Also where there is one: of several that were inserted at once, another may have stayed.
    if let found = try visit.find(slot) { return take(found, &events, .keyFound(slot: slot)) }
    guard isForNewTickets || held?.record != nil else { return }
    var own: HeldKeys.Entry
    if let held, held.record != nil { own = held } else { own = try visit.draw(slot) }
    guard let record = own.record else { return }
    do throws(StoreError) {
      try visit.store.insert(record.sealed, at: record.key.place, generation: generation, now: visit.now)
    } catch {
      guard error.code == .idExists else { throw error }
      if let found = try visit.find(slot) { take(found, &events, .keyFound(slot: slot)) }
      return
    }
    own.isShared = true
    take(own, &events, .keyDrawn(slot: slot, isShared: true))
  }

  private func take(_ entry: HeldKeys.Entry, _ events: inout [ServerEvent], _ event: ServerEvent) {
    if state.withLock({ !$0.isClosed && $0.keys.adopt(entry) }) { events.append(event) }
  }

  /// Draws a key that no other server has, yet. It is published when that is possible.
  private func drawOwn(slot: Int64, _ events: inout [ServerEvent]) {
    let ring = try? keeping.keyRing(create: false, now: options.clock())
    guard let entry = try? StoreVisit.draw(slot, calendar, ring?.newest) else { return }
    take(entry, &events, .keyDrawn(slot: slot, isShared: false))
  }
}
