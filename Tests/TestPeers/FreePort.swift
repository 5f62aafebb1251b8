import Glibc

/// Finds ports of the loopback interface.
public enum FreePort {
  /// A TCP port that nobody listens on now. Somebody else may take it: whoever uses it tries again with another then.
  public static func find() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw PeerError("no socket: error \(errno)") }
    defer { close(descriptor) }
    var address = loopback(port: 0)
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
  public static func isListening(_ port: UInt16) -> Bool {
    let digits = String(port, radix: 16, uppercase: true)
    let entry = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits + " 00000000:0000 0A"
    return text(of: "/proc/net/tcp").contains(entry)
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

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func text(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }
}
