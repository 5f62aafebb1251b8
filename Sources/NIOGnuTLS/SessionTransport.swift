#if NIO
internal import CGnuTLS
internal import GnuTLSResumption
internal import Glibc
internal import NIOCore

/// A session and what stands in its socket's place: GnuTLS reads what has come from one buffer, and writes into another.
///
/// One owner at a time, the event loop or a thread of the pool, who hands it on: that is all that "unchecked" stands for.
@safe
final class SessionTransport: @unchecked Sendable {
  let client: TransportlessClient
  /// Has come from the network, and hasn't been read by GnuTLS.
  private(set) var input = ByteBuffer()
  /// Is to be sent.
  private var output = ByteBuffer()

  init(_ client: TransportlessClient) {
    self.client = client
    let session = unsafe client.session
    // Borrowed: the session belongs to this object, and is freed with it.
    unsafe gnutls_transport_set_ptr(session, Unmanaged.passUnretained(self).toOpaque())
    unsafe gnutls_transport_set_push_function(session) { pointer, bytes, count in
      guard let transport = unsafe SessionTransport.of(pointer) else { return -1 }
      return unsafe transport.output.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    unsafe gnutls_transport_set_pull_function(session) { pointer, bytes, count in
      guard let transport = unsafe SessionTransport.of(pointer) else { return -1 }
      return unsafe transport.pull(UnsafeMutableRawBufferPointer(start: bytes, count: count))
    }
    // Answers at once: GnuTLS must not wait for what only the event loop can bring.
    unsafe gnutls_transport_set_pull_timeout_function(session) { pointer, _ in
      guard let transport = unsafe SessionTransport.of(pointer) else { return -1 }
      return transport.input.readableBytes > 0 ? 1 : 0
    }
  }

  private static func of(_ pointer: gnutls_transport_ptr_t?) -> SessionTransport? {
    unsafe pointer.map { unsafe Unmanaged<SessionTransport>.fromOpaque($0).takeUnretainedValue() }
  }

  private func pull(_ destination: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(destination.count, input.readableBytes)
    guard count > 0 else {
      unsafe gnutls_transport_set_errno(client.session, EAGAIN)
      return -1
    }
    unsafe input.readWithUnsafeReadableBytes { bytes in
      unsafe destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      return count
    }
    return count
  }

  // MARK: The network's side

  /// Takes in what has come.
  func receive(_ bytes: ByteBuffer) {
    // Nearly always all that came before has been read: nothing is copied then.
    if input.readableBytes == 0 {
      input = bytes
    } else {
      input.writeImmutableBuffer(bytes)
    }
  }

  /// What is to be sent now; nil if nothing.
  func takeOutput() -> ByteBuffer? {
    guard output.readableBytes > 0 else { return nil }
    defer { output = ByteBuffer() }
    return output
  }

  /// What has come and was never read: after the peer's close_notify, it is no TLS.
  func takeInput() -> ByteBuffer? {
    guard input.readableBytes > 0 else { return nil }
    defer { input = ByteBuffer() }
    return input
  }

  // MARK: Records

  /// The most that a record holds, in bytes (RFC 8446, section 5.1).
  static let mostOfRecord = 16 * 1024
  /// What a record needs besides, at most, with header, padding to a block, and MAC.
  private static let mostOverhead = 128

  enum Reading {
    /// All that has come is read.
    case moreNeeded
    /// The buffer is full, and there is more.
    case full
    /// The peer's close_notify.
    case closed
    case failed(GnuTLSError)
  }

  /// Decrypts what has come into a buffer, as far as there is room.
  func read(into plaintext: inout ByteBuffer) -> Reading {
    // Whose it was may use it again.
    defer { if input.readableBytes == 0 { input = ByteBuffer() } }
    while isUnread {
      guard plaintext.writableBytes > 0 else { return .full }
      let before = input.readableBytes
      var result = 0
      unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { bytes in
        unsafe result = gnutls_record_recv(client.session, bytes.baseAddress, bytes.count)
        return max(result, 0)
      }
      if result > 0 { continue }
      if result == 0 { return .closed }
      let code = Int32(clamping: result)
      guard gnutls_error_is_fatal(code) == 0 else { return .failed(client.error(code)) }
      // "Again" follows a ticket too, and a warning isn't the end: only where nothing was read any more is it in vain.
      if input.readableBytes == before { break }
    }
    return .moreNeeded
  }

  /// Something has come that GnuTLS hasn't read, or decrypted and not handed out.
  var isUnread: Bool { unreadBytes > 0 }

  var unreadBytes: Int {
    let pending = unsafe gnutls_record_check_pending(client.session)
    return input.readableBytes + pending
  }

  /// Encrypts bytes, all of them: there is always room.
  func write(_ bytes: ByteBuffer) throws(GnuTLSError) {
    let records = bytes.readableBytes / Self.mostOfRecord + 1
    output.reserveCapacity(minimumWritableBytes: bytes.readableBytes + records * Self.mostOverhead)
    var failure: Int32 = 0
    unsafe bytes.withUnsafeReadableBytes { bytes in
      var offset = 0
      while let start = bytes.baseAddress, offset < bytes.count, failure == 0 {
        let sent = unsafe gnutls_record_send(client.session, start + offset, bytes.count - offset)
        if sent > 0 { offset += sent } else { failure = sent == 0 ? GNUTLS_E_PUSH_ERROR : Int32(clamping: sent) }
      }
    }
    if failure != 0 { throw client.error(failure) }
  }

  /// Says that nothing more will be sent (`close_notify`, RFC 8446, section 6.1).
  func sayGoodbye() { unsafe _ = gnutls_bye(client.session, GNUTLS_SHUT_WR) }
}

#endif
