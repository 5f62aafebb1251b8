internal import CScriptableTLSServer
internal import Glibc
internal import SessionTicketsLocking

/// Owns a TCP socket that one thread uses and another may shut down.
final class Socket: Sendable {
  private let open = Lock(true)
  /// Borrowed: valid while the owning thread hasn't called ``close(resetting:)``.
  let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  /// Listens on a free port of the loopback interface, or on a given one.
  /// - Parameters:
  ///   - host: The last byte of its address, 127.0.0.1 and so on.
  ///   - fastOpens: Takes what comes with a SYN, where the system allows that (RFC 7413).
  static func listening(on port: UInt16, host: UInt8, fastOpens: Bool) throws(ServerError) -> Socket {
    let socket = Socket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    guard socket.descriptor >= 0 else { throw ServerError("opening a socket", code: errno) }
    socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    // So many at once.
    if fastOpens { socket.set(Int32(IPPROTO_TCP), TCP_FASTOPEN, 128) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = (UInt32(0x7f00_0000) | UInt32(host)).bigEndian
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(socket.descriptor, 128) == 0 else { throw ServerError("listening", code: errno) }
    return socket
  }

  /// The port it is bound to.
  var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe getsockname(descriptor, $0, &size)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Whether the client's first bytes came with its SYN, and were taken.
  var hasTakenDataOfSYN: Bool {
    var information = tcp_info()
    var size = socklen_t(MemoryLayout<tcp_info>.size)
    let code = unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &size)
    return code == 0 && Int32(information.tcpi_options) & TCPI_OPT_SYN_DATA != 0
  }

  /// Waits for a client; nil once the socket is shut down.
  func accept() -> Socket? {
    while true {
      let client = cscriptable_accept(descriptor)
      if client >= 0 {
        let socket = Socket(client)
        // Small records follow each other without an answer in between: Nagle would hold them back.
        socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return socket
      }
      if errno != EINTR && errno != ECONNABORTED { return nil }
    }
  }

  /// Whether bytes or an end can be read within that time. Negative: however long it takes.
  func waitToRead(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  /// Sleeps, unless the connection is broken or shut down meanwhile.
  func waitForHangUp(milliseconds: Int32) {
    var entry = pollfd(fd: descriptor, events: 0, revents: 0)
    _ = unsafe poll(&entry, 1, milliseconds)
  }

  /// Throws away what comes until the connection ends, or nothing comes for that many milliseconds (negative: no limit).
  func discardUntilEnd(within milliseconds: Int32 = -1) {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while waitToRead(milliseconds: milliseconds), unsafe read(into: &buffer, count: buffer.count) > 0 {}
  }

  /// Reads what is there, or waits for something. 0: the client has ended the connection; negative: it broke.
  func read(into buffer: UnsafeMutableRawPointer?, count: Int) -> Int { unsafe recv(descriptor, buffer, count, 0) }

  /// Tells the client that no more comes (FIN).
  func endWriting() { shutdown(SHUT_WR) }

  /// Wakes the thread that uses the socket: it then sees its end.
  func shutDown() { shutdown(SHUT_RDWR) }

  /// Closes the socket, once; the owning thread calls it last. Resetting sends RST rather than FIN.
  func close(resetting: Bool = false) {
    open.withLock { isOpen in
      guard isOpen, descriptor >= 0 else { return }
      isOpen = false
      if resetting {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
      }
      _ = Glibc.close(descriptor)
    }
  }

  private func shutdown(_ how: Int) {
    // Under the lock, because a closed descriptor's number may by now be somebody else's.
    open.withLock { if $0 { _ = Glibc.shutdown(descriptor, Int32(how)) } }
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
