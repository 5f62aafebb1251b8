import SessionTickets
import SessionTicketsLocking

@testable import GnuTLSResumption

/// A store that remembers all that it was ever given, and returns at random what it should, or something else.
final class LyingStore: ForwardingStore {
  enum Answer: Int, CaseIterable {
    /// What it should.
    case honest
    /// A record of another identity.
    case moved
    /// Any record that this identity once had, taken long ago or not.
    case old
    /// The record that this identity was given last.
    case doubled
    /// Sealed under another master key.
    case otherKey
    /// Sealed under another master key, with a header that says ours.
    case forged
    /// Sealed as it should be, with session data of another GnuTLS.
    case otherGnuTLS
    /// A bit is wrong.
    case flipped
    /// The end is missing.
    case cut
    /// Something follows.
    case extended
    /// Nothing behind the header.
    case empty
  }

  private struct State {
    var generator: SplitMix
    var everGiven: [StoreKey: [SealedRecord]] = [:]
    var lastTaken: [StoreKey: SealedRecord] = [:]
    /// What was shown last instead of the truth.
    var lies: [StoreKey: SealedRecord] = [:]
    var notes: [[UInt8]] = []
    var answers: [Answer: Int] = [:]
  }

  /// Of each identity so many records are remembered.
  private static let memory = 200

  let base: any TicketStore = MemoryStore()
  private let master: MasterKey
  private let otherMaster: MasterKey
  private let state: Lock<State>

  init(seed: UInt64, master: MasterKey, otherMaster: MasterKey) {
    self.master = master
    self.otherMaster = otherMaster
    state = Lock(State(generator: SplitMix(seed: seed)))
  }

  /// How often each answer was given.
  var answers: [Answer: Int] { state.withLock { $0.answers } }

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    state.withLock { state in
      var records = state.everGiven[place] ?? []
      if records.count < Self.memory {
        records.append(record)
      } else {
        records[Int.random(in: records.indices, using: &state.generator)] = record
      }
      state.everGiven[place] = records
    }
    try base.insert(record, at: place, generation: generation, now: now)
  }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    let lie = state.withLock { state in
      // As often the truth as a lie: else nothing would come that could be given wrongly.
      let isHonest = Bool.random(using: &state.generator)
      let answer = isHonest ? .honest : Answer.allCases.randomElement(using: &state.generator) ?? .honest
      let record = record(answer, place, &state)
      if record != nil { state.answers[answer, default: 0] += 1 }
      state.lies[place] = record
      return record
    }
    if let lie { return Candidates(records: [Candidate(lie, at: place, inserted: now)]) }
    return try base.candidates(at: place, now: now, limit: limit)
  }

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let place = candidate.key.place
    // A lie is given all the same, and what is there stays.
    if state.withLock({ $0.lies.removeValue(forKey: place) }) == candidate.record {
      return ClaimedRecord(claiming: candidate.record, from: place)
    }
    guard let claim = try base.claim(candidate, now: now) else { return nil }
    state.withLock { state in
      state.lastTaken[place] = candidate.record
      state.answers[.honest, default: 0] += 1
    }
    return claim
  }

  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    let lie = state.withLock { Int.random(in: 0..<4, using: &$0.generator) == 0 ? $0.notes.randomElement() : nil }
    if let lie { return lie }
    return try base.note(server: server, identity: identity)
  }

  func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
    if let note { state.withLock { $0.notes.append(note) } }
    try base.setNote(note, server: server, identity: identity, now: now)
  }

  /// Nil: the truth, or a lie for which something is missing yet.
  private func record(_ answer: Answer, _ place: StoreKey, _ state: inout State) -> SealedRecord? {
    let own = state.everGiven[place]?.randomElement(using: &state.generator)
    switch answer {
    case .honest: return nil
    case .moved:
      let others = state.everGiven.keys.filter { $0 != place }
        .sorted { $0.identity.bytes.lexicographicallyPrecedes($1.identity.bytes) }
      return others.randomElement(using: &state.generator).flatMap {
        state.everGiven[$0]?.randomElement(using: &state.generator)
      }
    case .old: return own
    case .doubled: return state.lastTaken[place]
    case .otherKey, .forged, .otherGnuTLS: return own.flatMap { resealed($0, place, answer) }
    case .flipped, .cut, .extended, .empty: return own.flatMap { damaged($0, answer, &state.generator) }
    }
  }

  private func resealed(_ record: SealedRecord, _ place: StoreKey, _ answer: Answer) -> SealedRecord? {
    guard let plaintext = RecordSeal.open(record, identity: place.identity, key: master),
      var contents = TicketContents(plaintext)
    else { return nil }
    if answer == .otherGnuTLS { contents.becomeForeign() }
    let key = answer == .otherGnuTLS ? master : otherMaster
    let header = record.header
    guard
      let sealed = try? RecordSeal.seal(
        contents.bytes, kind: header.kind, expiry: header.expiry, identity: place.identity, key: key)
    else { return nil }
    guard answer == .forged else { return sealed }
    return SealedRecord(
      header: RecordHeader(
        kind: header.kind, id: sealed.header.id, expiry: header.expiry, masterKeyID: master.id),
      contents: sealed.contents)
  }

  private func damaged(_ record: SealedRecord, _ answer: Answer, _ generator: inout SplitMix) -> SealedRecord? {
    var bytes = record.bytes
    switch answer {
    case .flipped:
      // Behind magic, version and kind: with others it is no record at all, and no store could give it.
      bytes[Int.random(in: 8..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case .cut: bytes = Array(bytes.prefix(Int.random(in: RecordHeader.byteCount..<bytes.count, using: &generator)))
    case .extended:
      bytes += (0..<Int.random(in: 1...64, using: &generator)).map { _ in .random(in: .min ... .max, using: &generator)
      }
    default: bytes = Array(bytes.prefix(RecordHeader.byteCount))
    }
    return SealedRecord(bytes)
  }
}
