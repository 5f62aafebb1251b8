internal import Glibc

/// TCP Fast Open (RFC 7413) as Linux has it from 4.11 on: a socket that connects with the first bytes written to it.
enum FastOpening {
  /// Has connect(2) only take note of the address, if the kernel has a cookie of it; without one it connects as ever, and
  /// asks for one (tcp(7), `TCP_FASTOPEN_CONNECT`).
  /// - Returns: Why it won't; nil if it will.
  static func prepare(_ descriptor: Int32) -> FastOpenReason? {
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_FASTOPEN_CONNECT, &on, size) != 0 else { return nil }
    return errno == EOPNOTSUPP ? .disabled : .unsupported
  }

  /// Whether a socket for which connect(2) has returned 0 is yet to be connected.
  static func isWaiting(_ descriptor: Int32) -> Bool { information(descriptor)?.tcpi_state == UInt8(TCP_SYN_SENT) }

  /// Whether the server has acknowledged what was in the SYN.
  static func wasTaken(_ descriptor: Int32) -> Bool {
    information(descriptor).map { Int32($0.tcpi_options) & TCPI_OPT_SYN_DATA != 0 } ?? false
  }

  private static func information(_ descriptor: Int32) -> tcp_info? {
    var information = tcp_info()
    var size = socklen_t(MemoryLayout<tcp_info>.size)
    return unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &size) == 0 ? information : nil
  }
}
