import Glibc

/// A port of the loopback interface behind which nobody answers, as when a router drops what it is sent: its queue is full,
/// and the kernel lets each further SYN fall.
public final class UnreachableServer: Sendable {
  public let port: UInt16
  private let descriptors: [Int32]

  public init() throws {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let listener = socket(AF_INET, kind, 0)
    var address = sockaddr_in.loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var descriptors = [listener]
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        let code = unsafe bind(listener, name, size) | listen(listener, 0) | getsockname(listener, name, &size)
        // More than the queue takes.
        for _ in 0..<4 where code == 0 {
          let client = socket(AF_INET, kind, 0)
          _ = unsafe connect(client, name, size)
          descriptors.append(client)
        }
        return code
      }
    }
    self.descriptors = descriptors
    port = UInt16(bigEndian: address.sin_port)
    guard code == 0 else { throw PeerError("can't listen: error \(errno)") }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
