internal import CGnuTLS

/// Reading on a probe's connection after its handshake: for tickets alone.
struct ProbeReading {
  /// More data than that aren't read for a ticket's sake, in bytes.
  private static let mostDiscarded = 1024 * 1024
  /// More tickets aren't waited for.
  private static let mostTickets = 256
  /// The most that a record holds, in bytes (RFC 8446, section 5.1).
  private static let mostOfRecord = 16 * 1024
  /// How long after a ticket another is waited for, in milliseconds, besides a round trip.
  private static let quiet = 50.0
  /// How long writing may take, in milliseconds.
  private static let writing = 100.0
  /// How long the server may take to close, in milliseconds, besides a round trip: what it has sent by then is there.
  private static let closing = 500.0

  private let client: ClientSession
  private let context: SessionContext
  private let watch: ProbeWatch
  private let deadline: Deadline
  private var buffer = [UInt8](repeating: 0, count: mostOfRecord)
  private var discarded = 0
  private var hasEnded = false

  init(_ client: ClientSession, _ context: SessionContext, _ watch: ProbeWatch, until deadline: Deadline) {
    self.client = client
    self.context = context
    self.watch = watch
    self.deadline = deadline
  }

  /// Sends the message, if there is one, waits for tickets, and closes. What fails ends it: what is known by then is told.
  mutating func collectTickets(_ request: ProbeRequest) {
    write(request.message)
    if client.handle.isTLS13 { read(for: request.patienceMilliseconds, quiet: Self.quiet, orAllTickets: true) }
    watch.hasSaidGoodbye = true
    _ = client.repeating(until: limit(Self.writing)) { unsafe Int(gnutls_bye($0.pointer, GNUTLS_SHUT_WR)) }
    // Who closes has also put its session where the next connection looks for it.
    read(for: Self.closing, quiet: Self.closing)
  }

  private func limit(_ milliseconds: Double) -> Deadline { .earlier(deadline, Deadline(milliseconds: milliseconds)) }

  private func write(_ message: [UInt8]) {
    guard !message.isEmpty else { return }
    // So short that it is taken whole, or never.
    _ = client.repeating(until: limit(Self.writing)) { session in
      unsafe message.withUnsafeBytes { unsafe gnutls_record_send(session.pointer, $0.baseAddress, $0.count) }
    }
  }

  /// Reads until the server closes, or nothing more is to be expected.
  /// - Parameter orAllTickets: Or as many have come as the server has said that it will send: which may not be so.
  private mutating func read(for patience: Double, quiet: Double, orAllTickets: Bool = false) {
    let roundTrip = client.socket.roundTripMilliseconds
    let last = limit(patience + roundTrip)
    var end = last
    while !hasEnded, !end.hasPassed, context.capture.received < Self.mostTickets, discarded < Self.mostDiscarded {
      if orAllTickets, context.hasAllTickets { return }
      let before = context.capture.received
      let isEnough = { [context] in context.capture.received != before }
      let result = client.repeating(until: end, tickets: context, orIf: isEnough) { session in
        unsafe buffer.withUnsafeMutableBytes { unsafe gnutls_record_recv(session.pointer, $0.baseAddress, $0.count) }
      }
      if context.capture.received != before { end = .earlier(last, Deadline(milliseconds: quiet + roundTrip)) }
      guard let result else { continue }
      hasEnded = result <= 0
      discarded += max(0, result)
    }
  }
}
