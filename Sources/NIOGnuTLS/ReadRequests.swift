#if NIO

/// Reads that the owner has asked for, where reading isn't automatic: a read that brings only TLS's own bytes hasn't given
/// the owner what it has asked for, so another is made in its place.
struct ReadRequests {
  /// Something was asked for, and nothing has been delivered since.
  private(set) var isOwed = false
  /// A read was held back.
  private var isHeldBack = false
  /// Something was delivered since the channel last said that its reading is complete.
  private var hasDelivered = false

  /// The owner, or the channel itself, asks for a read.
  /// - Returns: Whether it may be made now.
  mutating func requested(isFull: Bool) -> Bool {
    isOwed = true
    isHeldBack = isFull
    return !isFull
  }

  mutating func delivered() {
    isOwed = false
    hasDelivered = true
  }

  /// The channel has read all there is for now.
  /// - Returns: Whether the owner has got anything.
  mutating func completed() -> Bool {
    defer { hasDelivered = false }
    return hasDelivered
  }

  /// There is room again.
  /// - Returns: Whether a read was held back, and is to be made now.
  mutating func resumes() -> Bool {
    defer { isHeldBack = false }
    return isHeldBack
  }
}

#endif
