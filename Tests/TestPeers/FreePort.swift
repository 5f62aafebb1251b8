import Glibc

/// Finds ports of the loopback interface.
public enum FreePort {
  /// A port of TCP, or of UDP, that nobody listens on now. Somebody else may take it: whoever uses it tries again with another
  /// then.
  public static func find(isDatagram: Bool = false) throws -> UInt16 {
    let type = isDatagram ? SOCK_DGRAM : SOCK_STREAM
    let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw PeerError("no socket: error \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in.loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
      }
    }
    guard code == 0 else { throw PeerError("no free port: error \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Whether somebody listens on the port, without connecting: a server that serves one client at a time isn't disturbed.
  public static func isListening(_ port: UInt16, isDatagram: Bool = false) -> Bool {
    let digits = String(port, radix: 16, uppercase: true)
    let address = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits + " 00000000:0000 "
    return isDatagram
      ? ProcessFile.text(of: "/proc/net/udp").contains(address + "07")
      : ProcessFile.text(of: "/proc/net/tcp").contains(address + "0A")
  }

  /// Waits until somebody listens on the port.
  public static func waitForListener(_ port: UInt16, timeout: Duration = .seconds(10)) -> Bool {
    let deadline = ContinuousClock.now + timeout
    while !isListening(port) {
      if ContinuousClock.now > deadline { return false }
      usleep(2_000)
    }
    return true
  }
}
