import CGnuTLS
import Glibc

extension RawSession {
  /// Reads by functions of the application's own.
  /// - Parameter hasTimeout: Give one that waits (`gnutls_transport_set_pull_timeout_function`), too.
  func useOwnTransport(withTimeout hasTimeout: Bool) {
    unsafe gnutls_transport_set_ptr(pointer, UnsafeMutableRawPointer(bitPattern: Int(descriptor)))
    unsafe gnutls_transport_set_pull_function(pointer) { pointer, buffer, size in
      unsafe recv(Int32(Int(bitPattern: pointer)), buffer, size, 0)
    }
    guard hasTimeout else { return }
    unsafe gnutls_transport_set_pull_timeout_function(pointer) { pointer, milliseconds in
      var entry = pollfd(fd: Int32(Int(bitPattern: pointer)), events: Int16(POLLIN), revents: 0)
      return unsafe poll(&entry, 1, milliseconds == .max ? -1 : Int32(milliseconds))
    }
  }
}
