import Glibc

/// What a peer says of a completed handshake: what the server saw decides whether a session was resumed.
public struct ObservedHandshake: Sendable, Equatable {
  public let resumed: Bool
  /// The version as the peer writes it.
  public let version: String

  public init(resumed: Bool, version: String) {
    self.resumed = resumed
    self.version = version
  }
}

/// Waits until a reading holds at least `count` elements. Returns the last reading, be it enough or not.
func wait<Element>(for count: Int, timeout: Duration, _ reading: () -> [Element]) -> [Element] {
  let deadline = ContinuousClock.now + timeout
  while true {
    let elements = reading()
    if elements.count >= count || ContinuousClock.now > deadline { return elements }
    usleep(2_000)
  }
}
