internal import CGnuTLS

/// A blocking TLS client connection that resumes by itself.
///
/// Not sendable: one thread at a time, as GnuTLS demands.
public final class TLSConnection {
  let host: String
  let port: UInt16
  let client: ClientSession
  let context: SessionContext
  let drain: Drain
  /// How long the handshake took, in milliseconds, from the first byte to the last; that of a failed attempt with a
  /// ticket is not in it. Where the first bytes have left with the SYN, connecting is.
  public let handshakeMilliseconds: Double

  /// How long it took to find the host's addresses, in milliseconds.
  public var lookupMilliseconds: Double { client.socket.lookupMilliseconds }
  /// How long it took to connect to the one that answered, in milliseconds, of TCP alone.
  public var connectMilliseconds: Double { client.socket.roundTripMilliseconds }
  /// How long it took from then on until TLS could begin, by way of a proxy or of what was said in the clear, in milliseconds.
  public var preludeMilliseconds: Double { client.socket.preludeMilliseconds }

  /// The peer will send nothing more.
  private(set) var peerHasClosed = false
  /// Application data came after the last ticket.
  private(set) var hasDataAfterTickets = false
  let handshakeEnd = Deadline.present
  /// How long after the handshake the last ticket came, in milliseconds; nil if nobody waited for it.
  private(set) var ticketMilliseconds: Double?
  private var hasFinishedWriting = false
  /// The peer didn't take what was written. What it had sent before can still be read.
  private var hasFailedToWrite = false
  /// Why nothing more can be read: told again at every read, so that a cut answer never looks like a whole one.
  private var readFailure: ConnectionError?
  private var isClosed = false

  init(
    host: String, port: UInt16, client: ClientSession, context: SessionContext, drain: Drain,
    handshakeMilliseconds: Double
  ) {
    self.host = host
    self.port = port
    self.client = client
    self.context = context
    self.drain = drain
    self.handshakeMilliseconds = handshakeMilliseconds
  }

  deinit {
    if !isClosed {
      learnFromFailedWriting()
      context.end()
    }
  }

  /// What has become of the resumption so far. Tickets may come with every read, and with `close`.
  public var outcome: Outcome { context.outcome }

  /// For example `TLS1.3`.
  public var protocolName: String { client.handle.protocolName }

  /// For example `TLS_AES_256_GCM_SHA384`.
  public var cipherSuite: String { client.handle.cipherSuiteName }

  /// The key exchange's group, for example `X25519`; nil where none took part.
  public var group: String? { client.handle.groupName }

  /// The protocol that ALPN chose.
  public var applicationProtocol: String? {
    client.handle.applicationProtocol.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The socket, for waiting on it together with others; borrowed, and non-blocking. Before waiting, see
  /// ``hasBufferedData``.
  public var descriptor: Int32 { client.socket.descriptor }

  /// Whether the descriptor is still this connection's. Where it isn't, nothing may be read or written any more.
  package var hasOwnDescriptor: Bool { client.socket.isSame }

  /// Whether a read would return data without waiting for the socket.
  public var hasBufferedData: Bool { unsafe gnutls_record_check_pending(client.handle.pointer) > 0 }

  /// Reads what has come, at least one byte, waiting for it.
  /// - Returns: At most `count` bytes, and at most what a record holds (16 KiB); none once the peer has closed.
  /// - Throws: ``ConnectionError`` of code `truncated` if the peer closed without saying so, of code `broken`, or
  ///   `closed` after ``close()``.
  public func read(upTo count: Int = 16 * 1024) throws(ConnectionError) -> [UInt8] {
    try checkOpen()
    if let readFailure { throw readFailure }
    guard !peerHasClosed, count > 0 else { return [] }
    return try receive(upTo: count, until: nil) ?? []
  }

  /// Writes all bytes, waiting until they have been taken.
  public func write(_ bytes: some Collection<UInt8>) throws(ConnectionError) {
    try checkOpen()
    // What lies in one piece isn't copied.
    let code = bytes.withContiguousStorageIfAvailable { unsafe write(UnsafeRawBufferPointer($0)) }
    guard let failure = unsafe code ?? Array(bytes).withUnsafeBytes({ unsafe write($0) }) else { return }
    throw writeFailure(failure, "writing to")
  }

  /// Returns what GnuTLS says if it doesn't take all of it.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var offset = 0
    while let start = bytes.baseAddress, offset < bytes.count {
      let sent = client.repeating(until: nil) { session in
        unsafe gnutls_record_send(session.pointer, start + offset, bytes.count - offset)
      }
      guard let sent, sent >= 0 else { return sent ?? 0 }
      offset += sent
    }
    return nil
  }

  /// Writes as much as the socket takes at once.
  ///
  /// What was not taken must be given again, as it was, before anything else is written
  /// (`gnutls_record_send`).
  /// - Returns: How many bytes were taken; 0 if the socket would block.
  public func writeAvailable(_ bytes: [UInt8]) throws(ConnectionError) -> Int {
    try checkOpen()
    guard !bytes.isEmpty else { return 0 }
    let sent = client.repeating(until: Deadline(milliseconds: 0)) { session in
      unsafe bytes.withUnsafeBytes { unsafe gnutls_record_send(session.pointer, $0.baseAddress, $0.count) }
    }
    guard let sent else { return 0 }
    guard sent >= 0 else { throw writeFailure(sent, "writing to") }
    return sent
  }

  /// Reads what has come, without waiting.
  /// - Returns: At most `count` bytes, none once the peer has closed, or nil if there is nothing yet.
  public func readAvailable(upTo count: Int = 16 * 1024) throws(ConnectionError) -> [UInt8]? {
    try checkOpen()
    if let readFailure { throw readFailure }
    guard !peerHasClosed, count > 0 else { return [] }
    return try receive(upTo: count, until: Deadline(milliseconds: 0))
  }

  /// Says that nothing more will be written; reading goes on (`close_notify`, RFC 8446, section 6.1).
  public func finishWriting() throws(ConnectionError) {
    try checkOpen()
    hasFinishedWriting = true
    let result = client.repeating(until: nil) { unsafe Int(gnutls_bye($0.pointer, GNUTLS_SHUT_WR)) }
    if let result, result < 0 { throw writeFailure(result, "closing the connection to") }
  }

  /// Closes, after collecting tickets that haven't come yet as far as the configuration's ``Drain`` allows. Never fails:
  /// what went wrong with the store is in the ``outcome``.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    collectTickets()
    learnFromFailedWriting()
    context.end()
  }

  /// Reads at least one byte, within a time limit.
  /// - Returns: None once the peer has closed; nil if nothing has come in time.
  package func read(upTo count: Int, withinMilliseconds limit: Double) throws(ConnectionError) -> [UInt8]? {
    try checkOpen()
    if let readFailure { throw readFailure }
    guard !peerHasClosed, count > 0 else { return [] }
    return try receive(upTo: count, until: Deadline(milliseconds: limit))
  }

  /// Writes all bytes, within a time limit.
  /// - Returns: Whether all were taken. If not, the connection is of no more use.
  package func write(_ bytes: [UInt8], withinMilliseconds limit: Double) throws(ConnectionError) -> Bool {
    let deadline = Deadline(milliseconds: limit)
    var rest = bytes
    while !rest.isEmpty {
      let sent = try writeAvailable(rest)
      rest.removeFirst(sent)
      if sent == 0, !client.socket.wait(toWrite: true, until: deadline) { return false }
    }
    return true
  }

  /// For messages.
  private var peer: ServerIdentity { ServerIdentity(name: host, port: port) }

  private func checkOpen() throws(ConnectionError) {
    if isClosed { throw ConnectionError(.closed, "the connection to \(peer) is closed") }
  }

  /// The most that a record holds, in bytes (RFC 8446, section 5.1).
  private static let mostOfRecord = 16 * 1024

  /// Reads data, and keeps the tickets that came with them. Nil at the deadline.
  /// - Parameter orAllTickets: Nil, too, when all tickets have come that the server has announced.
  func receive(
    upTo count: Int, until deadline: Deadline?, orAllTickets: Bool = false
  ) throws(ConnectionError) -> [UInt8]? {
    let before = context.capture.received
    var result: Int?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: min(count, Self.mostOfRecord)) { buffer, filled in
      let isEnough = { [context] in orAllTickets && context.hasAllTickets }
      result = client.repeating(until: deadline, tickets: context, orIf: isEnough) { session in
        unsafe gnutls_record_recv(session.pointer, buffer.baseAddress, buffer.count)
      }
      filled = max(0, result ?? 0)
    }
    if context.capture.received != before {
      ticketMilliseconds = client.hasWaited ? handshakeEnd.millisecondsAgo : nil
      context.settle()
    }
    guard let result else { return nil }
    if result > 0 {
      context.learnFromData()
    } else {
      peerHasClosed = true
      learnFromEnd(result < 0 ? client.error(result) : nil)
    }
    if result < 0 {
      let failure = failure(result, "reading from")
      readFailure = failure
      throw failure
    }
    hasDataAfterTickets = result > 0
    return bytes
  }

  /// Nothing more can be read.
  private func learnFromEnd(_ error: GnuTLSError?) {
    // Who has been told that nothing more will come may well say nothing, and who has closed may be reset.
    if isClosed {
      if error?.code == .fatalAlert { context.learnFromSilence(isCertain: true) }
    } else if error != nil || !hasFinishedWriting {
      // Just to close may be the server's way, and the network has ways of its own.
      let isCertain = error.map { $0.code != .prematureTermination && !$0.isOfNetwork } ?? false
      context.learnFromSilence(isCertain: isCertain)
    }
  }

  /// The connection is given up. What came in the end is read first, as it may be an answer.
  private func learnFromFailedWriting() {
    guard hasFailedToWrite else { return }
    if !peerHasClosed { _ = try? receive(upTo: 1, until: Deadline(milliseconds: 0)) }
    context.learnFromSilence(isCertain: true)
  }

  private func writeFailure(_ result: Int, _ doing: String) -> ConnectionError {
    if !client.error(result).isOfNetwork { hasFailedToWrite = true }
    return failure(result, doing)
  }

  private func failure(_ result: Int, _ doing: String) -> ConnectionError {
    let error = client.error(result)
    if error.code == .fatalAlert { context.removeSession(because: .fatalAlert) }
    if error.code == .prematureTermination {
      return ConnectionError(
        .truncated, "\(peer) closed the connection without saying so: data may be missing")
    }
    return ConnectionError(.broken, "\(doing) \(peer) failed", underlying: error)
  }
}
