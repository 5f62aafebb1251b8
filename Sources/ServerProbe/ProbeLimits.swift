/// How much a probe may ask of a server, and of whoever waits for it.
struct ProbeLimits {
  static let mostConnections = 10
  /// More of a name's other addresses aren't tried.
  static let mostOthers = 2

  private let end: ContinuousClock.Instant
  /// In milliseconds.
  private let each: Double
  private(set) var connections = 0
  /// Something wasn't tried for lack of time or connections.
  private(set) var hasRefused = false

  /// - Parameter milliseconds: For everything. A single connection gets a third of it at most.
  init(milliseconds: Double) {
    end = .now + .milliseconds(milliseconds)
    each = milliseconds / 3
  }

  var connectionsLeft: Int { Self.mostConnections - connections }

  /// Takes a connection's worth.
  /// - Returns: How long it may take, in milliseconds; nil if there is nothing left.
  mutating func take() -> Double? {
    let left = (end - .now) / .milliseconds(1)
    guard connectionsLeft > 0, left > 0 else {
      hasRefused = true
      return nil
    }
    connections += 1
    return min(each, left)
  }
}
