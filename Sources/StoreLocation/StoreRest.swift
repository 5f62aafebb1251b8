import GnuTLSResumption
import RedisSessionTickets
import SessionTickets
import SessionTicketsLocking

/// Until when a store isn't asked, and why: known to this process, and noted for the others of this machine.
///
/// The note is filed under a digest of the store's name without its password, and holds no secret.
final class StoreRest: Sendable {
  /// What is noted.
  struct Note: Hashable {
    /// How often it has failed in a row.
    var failures: UInt8
    /// When it may be asked again.
    var until: WallTime
    var reason: String

    /// One that reaches further than any rest is of a clock that was ahead.
    func holds(at now: WallTime) -> Bool { until > now && until <= now.advanced(bySeconds: StoreRest.longest) }
  }

  /// Seconds.
  static let longest: Int64 = 60
  /// After that many seconds without trouble the next one is the first.
  static let memory: Int64 = 300

  private struct State {
    var hasLooked = false
    var note: Note?
  }

  private let place: Digest?
  private let local: (any TicketStore)?
  private let clock: @Sendable () -> WallTime
  private let state = Lock(State())

  init(
    of url: RedisURL, notedIn local: (any TicketStore)?, clock: @escaping @Sendable () -> WallTime = WallTime.now
  ) {
    place = SHA256.digest(Array("gnutls-resume/1 rest\0\(url.description)".utf8))
    self.local = local
    self.clock = clock
  }

  /// - Throws: While it rests.
  func check(place name: String) throws(StoreError) {
    let now = clock()
    guard let note = known(), note.holds(at: now) else { return }
    let seconds = max(1, note.until.seconds - now.seconds)
    throw StoreError(
      .unavailable, "the store isn't asked for another \(seconds) s after trouble: \(note.reason)", place: name,
      leavesNothing: true)
  }

  /// There was trouble.
  func begins(because reason: String) {
    let now = clock()
    // Another process may have had it as well.
    let before = read()
    if let before, before.holds(at: now) { return remember(before) }
    var failures: UInt8 = 1
    if let before, before.until <= now, before.until.advanced(bySeconds: Self.memory) > now {
      failures = min(before.failures, 7) + 1
    }
    let seconds = min(Int64(1) << Int64(failures - 1), Self.longest)
    let note = Note(failures: failures, until: now.advanced(bySeconds: seconds), reason: reason)
    remember(note)
    write(note.bytes, now)
  }

  /// It has answered.
  func ends() {
    let wasNoted = state.withLock { state in
      defer { state.note = nil }
      return state.note != nil
    }
    if wasNoted { write(nil, clock()) }
  }

  /// Looks once for what others have noted.
  private func known() -> Note? {
    let (hasLooked, note) = state.withLock { state in
      defer { state.hasLooked = true }
      return (state.hasLooked, state.note)
    }
    guard !hasLooked else { return note }
    let read = read()
    remember(read)
    return read
  }

  private func remember(_ note: Note?) { state.withLock { $0.note = note } }

  private func read() -> Note? {
    guard let place, let local else { return state.withLock { $0.note } }
    return (try? local.note(server: place, identity: nil)).flatMap { $0 }.flatMap(Note.init)
  }

  private func write(_ bytes: [UInt8]?, _ now: WallTime) {
    guard let place, let local else { return }
    try? local.setNote(bytes, server: place, identity: nil, now: now)
  }
}

extension StoreRest.Note {
  private static let formatVersion: UInt8 = 1
  private static let mostReason = 300

  var bytes: [UInt8] {
    var result = [Self.formatVersion, failures]
    result.append(bigEndian: until.nanoseconds)
    // No half character: what is cut is repaired when it is read.
    result += reason.utf8.prefix(Self.mostReason)
    return result
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 10, bytes[0] == Self.formatVersion,
      let nanoseconds = UInt64(bigEndian: bytes[2..<10])
    else { return nil }
    failures = bytes[1]
    until = WallTime(nanoseconds: Int64(bitPattern: nanoseconds))
    reason = String(decoding: bytes[10...], as: UTF8.self)
  }
}
