import CGnuTLS
import Foundation
import Glibc
import Testing

/// A client session of plain GnuTLS, as an application makes it, on a socket of its own: by `GNUTLS_DATAGRAM` one of UDP.
///
/// It verifies nothing by itself.
@safe
final class RawSession {
  let pointer: gnutls_session_t
  let descriptor: Int32
  private let credentials: gnutls_certificate_credentials_t

  /// - Parameters:
  ///   - flags: Further flags for `gnutls_init`.
  ///   - caFile: Put into the credentials' trust list.
  init(port: UInt16, flags: UInt32 = 0, priority: String? = nil, caFile: String? = nil) throws {
    let isDatagram = flags & UInt32(GNUTLS_DATAGRAM as Int32) != 0
    let type = isDatagram ? SOCK_DGRAM : SOCK_STREAM
    let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    if !isDatagram {
      var on: Int32 = 1
      unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    var credentials: gnutls_certificate_credentials_t?
    unsafe gnutls_certificate_allocate_credentials(&credentials)
    unsafe self.credentials = unsafe try #require(credentials)
    if let caFile { unsafe gnutls_certificate_set_x509_trust_file(self.credentials, caFile, GNUTLS_X509_FMT_PEM) }
    var session: gnutls_session_t?
    unsafe gnutls_init(&session, UInt32(GNUTLS_CLIENT as Int32) | flags)
    unsafe pointer = unsafe try #require(session)
    unsafe gnutls_credentials_set(pointer, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(self.credentials))
    unsafe gnutls_server_name_set(pointer, GNUTLS_NAME_DNS, "localhost", 9)
    if let priority {
      unsafe gnutls_priority_set_direct(pointer, priority, nil)
    } else {
      unsafe gnutls_set_default_priority(pointer)
    }
    unsafe cgnutls_transport_set_descriptor(pointer, descriptor)
    if isDatagram {
      unsafe gnutls_dtls_set_timeouts(pointer, 100, 60_000)
      unsafe gnutls_record_set_timeout(pointer, 200)
    }
    if flags & UInt32(GNUTLS_NONBLOCK as Int32) != 0 {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  deinit {
    unsafe gnutls_deinit(pointer)
    unsafe gnutls_certificate_free_credentials(credentials)
    close(descriptor)
  }

  /// `gnutls_handshake`, called again as long as its error isn't fatal. Returns the last result.
  func handshake() -> Int32 {
    while true {
      let result = unsafe gnutls_handshake(pointer)
      if result == 0 || gnutls_error_is_fatal(result) != 0 { return result }
      wait()
    }
  }

  func send(_ text: String) {
    _ = unsafe gnutls_record_send(pointer, text, text.utf8.count)
  }

  /// Receives once, going on after tickets. Returns the bytes or GnuTLS's error.
  func receive() -> Result<[UInt8], RawFailure> {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe gnutls_record_recv(pointer, &buffer, buffer.count)
      if count == Int(GNUTLS_E_AGAIN) || count == Int(GNUTLS_E_INTERRUPTED) {
        wait()
        continue
      }
      return count >= 0 ? .success(Array(buffer.prefix(count))) : .failure(RawFailure(code: Int32(count)))
    }
  }

  /// `gnutls_session_get_data2`, and how long it took.
  func data() -> (bytes: [UInt8], code: Int32, elapsed: Duration) {
    var datum = unsafe gnutls_datum_t()
    var code: Int32 = 0
    let elapsed = ContinuousClock().measure { code = unsafe gnutls_session_get_data2(pointer, &datum) }
    guard code == 0 else { return ([], code, elapsed) }
    defer { unsafe cgnutls_free(datum.data) }
    return unsafe (Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size))), 0, elapsed)
  }

  func setData(_ bytes: [UInt8]) -> Int32 { unsafe gnutls_session_set_data(pointer, bytes, bytes.count) }

  var isResumed: Bool { unsafe gnutls_session_is_resumed(pointer) != 0 }

  var hasReceivedTicket: Bool {
    unsafe gnutls_session_get_flags(pointer) & UInt32(GNUTLS_SFLAGS_SESSION_TICKET.rawValue) != 0
  }

  /// Whether something comes within a second.
  func isReadable() -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, 1000) > 0
  }

  /// Waits for the socket, a second at most, unless GnuTLS has something already.
  private func wait() {
    guard unsafe gnutls_record_check_pending(pointer) == 0 else { return }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&entry, 1, 1000)
  }
}

struct RawFailure: Error, Equatable {
  let code: Int32
}
