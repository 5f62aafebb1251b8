import Foundation
import Synchronization

/// A server that talks in the clear as a test says, and then, if it is to, passes everything on to another.
public final class PreludeServer: Sendable {
  public enum Step: Sendable {
    case say([UInt8])
    /// Listens byte by byte, so that nothing else is read, until this has come.
    case hear(until: [UInt8])
    case hearBytes(Int)
    /// Says the same for ever.
    case saying([UInt8])
    /// Passes all bytes on, to that port of the loopback interface, and back.
    case relay(UInt16)

    public static func say(_ text: String) -> Step { .say(Array(text.utf8)) }
    public static func hear(until text: String) -> Step { .hear(until: Array(text.utf8)) }
  }

  public let port: UInt16
  private let descriptor: Int32
  private let steps: [Step]
  private let all = Mutex<[[UInt8]]>([])

  /// - Parameter port: 0: a free one.
  public init(_ steps: [Step], port: UInt16 = 0) throws {
    self.steps = steps
    (descriptor, self.port) = try LoopbackListener.open(port: port)
    Thread.detachNewThread { [descriptor, steps, weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [weak self] in
          let heard = Self.serve(client, steps) { heard in self?.all.withLock { $0.append(heard) } }
          if !heard { close(client) }
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// What has been heard in the clear, by connection, of those that have come to the relay or the end.
  public var heard: [[UInt8]] { all.withLock { $0 } }

  public var heardTexts: [String] { heard.map { String(decoding: $0, as: UTF8.self) } }

  /// - Returns: Whether the relay has taken the connection.
  private static func serve(_ client: Int32, _ steps: [Step], _ tell: ([UInt8]) -> Void) -> Bool {
    var heard: [UInt8] = []
    defer { tell(heard) }
    for step in steps {
      switch step {
      case .say(let bytes): guard send(bytes, to: client) else { return false }
      case .saying(let bytes): while send(bytes, to: client) {}
      case .hearBytes(let count):
        for _ in 0..<count { guard hear(client, &heard) else { return false } }
      case .hear(let end):
        let start = heard.count
        while !(heard.count - start >= end.count && heard.suffix(end.count).elementsEqual(end)) {
          guard hear(client, &heard) else { return false }
        }
      case .relay(let port):
        relay(client, to: port)
        return true
      }
    }
    // Until the client has seen enough.
    var rest: [UInt8] = []
    while hear(client, &rest) {}
    return false
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private static func hear(_ descriptor: Int32, _ heard: inout [UInt8]) -> Bool {
    var byte: UInt8 = 0
    guard unsafe recv(descriptor, &byte, 1, 0) == 1 else { return false }
    heard.append(byte)
    return true
  }

  private static func relay(_ client: Int32, to port: UInt16) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in.loopback(port: port)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    let ended = DispatchGroup()
    for (from, to) in [(client, server), (server, client)] {
      ended.enter()
      Thread.detachNewThread {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
          let count = unsafe recv(from, &buffer, buffer.count, 0)
          guard count > 0, send(Array(buffer.prefix(count)), to: to) else { break }
        }
        shutdown(to, Int32(SHUT_WR))
        ended.leave()
      }
    }
    ended.notify(queue: .global()) {
      close(client)
      close(server)
    }
  }
}
