internal import CGnuTLS
internal import SessionTickets

/// Taking tickets out of GnuTLS: those that wait to be stored, what is known of the newest, and the counts.
///
/// Everything here runs inside GnuTLS's calls or right after them, and never waits. An object, as GnuTLS's calls may lead
/// back to it; confined to whichever thread uses the session.
final class Capture {
  /// How many tickets of one connection wait to be stored; of more, the newest stay.
  private static let mostWaiting = 32

  private let setup: ClientSetup
  /// That made it. A forked one has a copy, and must not store the same tickets.
  private let process: UInt64?
  private var waiting: [CapturedTicket] = []
  /// What the hook has seen of a message that GnuTLS is about to process.
  private var next: NewSessionTicket?
  /// The last tickets that have come.
  private var seen: [NewSessionTicket] = []
  /// The session's newest ticket has been taken by the hook.
  private var isNewestTaken = false
  /// The session's own ClientHello says that tickets will never be sent.
  private var isInVain = false
  /// The newest ticket may be the one without which the program can't go on, and isn't kept while the session lives.
  var isNewestHeld = false
  /// The newest ticket, where a program may have it too.
  private(set) var newest: Digest?
  private(set) var received = 0
  private(set) var stored = 0
  private(set) var notStored = NotStored()

  init(_ setup: ClientSetup) {
    self.setup = setup
    process = ProcessGeneration.current
  }

  /// One that is handed what another has taken out of GnuTLS, and never asks the session for more.
  init(behind other: Capture) {
    setup = other.setup
    process = other.process
    isNewestTaken = true
  }

  /// There are tickets to be kept now.
  var hasWaiting: Bool { waiting.count > (isHeld(waiting.last) ? 1 : 0) }

  /// A session of TLS 1.2 may be used by both.
  private func isHeld(_ ticket: CapturedTicket?) -> Bool { isNewestHeld && ticket?.kind == .ticket }

  /// The last of those that wait.
  var newestWaiting: CapturedTicket? { waiting.last }

  /// This process may store what was captured.
  var isOfThisProcess: Bool {
    guard let process else { return false }
    return process == ProcessGeneration.current
  }

  // MARK: Coming

  /// The session's own ClientHello leaves.
  func sent(_ message: SentClientHello) { isInVain = !message.acceptsTickets }

  /// The hook, before GnuTLS processes a NewSessionTicket: only now is the whole message there.
  func sawMessage(_ message: [UInt8]) {
    next = setup.session.isTLS13 ? NewSessionTicket(parsing: message) : NewSessionTicket(parsingTLS12: message)
  }

  /// The hook, after GnuTLS has processed a NewSessionTicket: under TLS 1.3 the session's newest ticket is this one,
  /// until the next comes. Under TLS 1.2 the handshake isn't over: see ``takeSession()``.
  func came() {
    guard setup.session.isTLS13 else { return }
    isNewestTaken = true
    take(next)
    next = nil
  }

  /// Somebody has put another hook in the place of ours: the newest ticket can still be had, without waiting, for
  /// GnuTLS says that one came.
  func takeMissed() {
    guard mayTakeMissed else { return }
    isNewestTaken = true
    setup.log("the handshake hook was replaced: taking the newest ticket only")
    take(nil)
  }

  /// The application has got session data from GnuTLS. They are packed again here: only bytes of GnuTLS's own, and
  /// whole, may be sealed.
  func handIn(_ data: [UInt8]) {
    guard setup.session.isTLS13 else { return }
    guard !DummySessionData.matches(data), setup.session.hasReceivedTicket else { return refuse(.dummyData) }
    guard mayTakeMissed else { return refuse(.alreadyCaptured) }
    takeMissed()
  }

  private var mayTakeMissed: Bool { !isNewestTaken && setup.session.isTLS13 && setup.session.hasReceivedTicket }

  private func take(_ message: NewSessionTicket?) {
    received &+= 1
    guard setup.isEnabled else { return }
    guard !isInVain else { return refuse(.neverSent) }
    guard let lifetime = Lifetime.ofTicket(message) else { return refuse(.zeroLifetime) }
    if let message {
      // A ticket that a server sends again is no second one.
      guard !seen.contains(where: message.isSameTicket(as:)) else { return refuse(.alreadyCaptured) }
      if seen.count == Self.mostWaiting { seen.removeFirst() }
      seen.append(message)
    }
    guard var data = packedData(), !DummySessionData.matches(data) else { return refuse(.dummyData) }
    let id = setup.session.sessionID
    guard let freshID = try? Random.nonce(id.count), LegacySessionID.replace(id, in: &data, by: freshID) else {
      data.wipe()
      return refuse(.sessionIDNotReplaceable)
    }
    let shared = setup.engine.sharedTickets
    let packed = shared == nil ? nil : try? PackedTicket.find(in: data)
    if let shared {
      // Else nobody could tell it from others, and the program may use it as well.
      guard let packed, message == nil || message?.digest == packed.digest else {
        data.wipe()
        return refuse(.notRecognizable)
      }
      shared.came(packed)
      newest = packed.digest
    }
    append(
      CapturedTicket(
        sessionData: data, kind: .ticket, issued: setup.now, lifetime: lifetime,
        earlyDataLimit: message?.earlyDataLimit ?? 0, packed: packed))
  }

  /// After a full TLS 1.2 handshake: its session, by ticket or by session id. On a resumed one GnuTLS would only give
  /// back what was offered.
  func takeSession() {
    let session = setup.session
    guard !session.isTLS13, !session.isResumed, session.hasReceivedTicket || !session.sessionID.isEmpty else { return }
    let message = next
    next = nil
    guard setup.isEnabled, let data = packedData(), !DummySessionData.matches(data) else { return }
    received &+= 1
    guard session.hasExtendedMasterSecret else { return refuse(.noExtendedMasterSecret) }
    append(
      CapturedTicket(
        sessionData: data, kind: .session, issued: setup.now, lifetime: Lifetime.ofSession(message), earlyDataLimit: 0,
        packed: nil))
  }

  private func packedData() -> [UInt8]? { try? setup.session.packedData() }

  private func append(_ ticket: CapturedTicket) {
    if waiting.count == Self.mostWaiting {
      waiting[0].sessionData.wipe()
      waiting.removeFirst()
      refuse(.tooMany)
    }
    waiting.append(ticket)
  }

  // MARK: Going

  /// Hands all that waits to another capture, by ``takeOver(_:)``.
  func handOn() -> TicketBatch { TicketBatch(takeWaiting(), received: received, refused: notStored) }

  /// Takes over what another has handed on, and the count of what has come.
  func takeOver(_ batch: TicketBatch) {
    received = batch.received
    for ticket in batch.take() { append(ticket) }
  }

  /// Hands the tickets that wait on, to be stored or not, in the order in which they came.
  func takeWaiting() -> [CapturedTicket] {
    guard isHeld(waiting.last), let newest = waiting.popLast() else {
      defer { waiting = [] }
      return waiting
    }
    defer { waiting = [newest] }
    return waiting
  }

  /// A batch is where it belongs.
  /// - Parameter count: How many of it are stored.
  func finishBatch(stored count: Int) { stored &+= count }

  func refuse(_ reason: NotStoredReason) {
    // One line a reason: a peer may send tickets without end.
    if notStored[reason] == 0 { setup.log("not stored: \(reason)") }
    notStored.add(reason)
  }

  /// Overwrites what came and was not stored.
  func wipe() {
    for index in waiting.indices { waiting[index].sessionData.wipe() }
    waiting.removeAll()
  }
}
