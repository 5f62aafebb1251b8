import Glibc

/// A server that takes connections and says nothing.
public final class SilentServer: Sendable {
  public let port: UInt16
  private let descriptor: Int32

  /// - Parameter port: 0: a free one.
  public init(port: UInt16 = 0) throws {
    (descriptor, self.port) = try LoopbackListener.open(port: port)
  }

  deinit { close(descriptor) }
}
