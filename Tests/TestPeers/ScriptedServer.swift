import Foundation
import Synchronization

/// A server that does to everyone who connects what a test says.
public final class ScriptedServer: Sendable {
  public enum Conduct: Sendable {
    /// Never says anything.
    case silent
    /// Closes as soon as something comes.
    case closing
    /// Says this to each piece that comes.
    case answering(String)
    /// Says this as soon as somebody connects, one byte each time, with that many milliseconds in between.
    case trickling(String, UInt32)
  }

  public let port: UInt16
  private let descriptor: Int32
  private let conduct: Conduct
  private let isOver = Atomic(false)
  private let taken = Atomic<Int>(0)

  /// - Parameter port: 0: a free one.
  public init(_ conduct: Conduct, port: UInt16 = 0) throws {
    self.conduct = conduct
    (descriptor, self.port) = try LoopbackListener.open(port: port)
    Thread.detachNewThread { self.serve() }
  }

  /// How many have connected.
  public var connections: Int { taken.load(ordering: .sequentiallyConsistent) }

  /// Ends its threads.
  public func stop() {
    isOver.store(true, ordering: .sequentiallyConsistent)
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  private func serve() {
    while !isOver.load(ordering: .sequentiallyConsistent) {
      let client = accept(descriptor, nil, nil)
      guard client >= 0 else { break }
      taken.add(1, ordering: .sequentiallyConsistent)
      Thread.detachNewThread {
        self.serve(client)
        close(client)
      }
    }
    close(descriptor)
  }

  private func serve(_ client: Int32) {
    func say(_ text: some Sequence<UInt8>) -> Bool {
      let bytes = Array(text)
      return unsafe send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    switch conduct {
    case .silent: while unsafe recv(client, &buffer, buffer.count, 0) > 0 {}
    case .closing: _ = unsafe recv(client, &buffer, buffer.count, 0)
    case .answering(let text):
      while unsafe recv(client, &buffer, buffer.count, 0) > 0, say(text.utf8) {}
    case .trickling(let text, let milliseconds):
      for byte in text.utf8 where !isOver.load(ordering: .sequentiallyConsistent) {
        guard say([byte]) else { return }
        usleep(milliseconds * 1_000)
      }
    }
  }
}
