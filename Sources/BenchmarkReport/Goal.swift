/// What a ratio is to be.
package struct Goal: Hashable, Sendable {
  package enum Bound: String, Hashable, Sendable, Encodable {
    case atMost, atLeast
  }

  /// Which of a row's numbers has to keep to it.
  package enum Judged: Hashable, Sendable {
    case median
    /// The end of the interval that is nearer to missing it.
    case worseEnd
  }

  package let bound: Bound
  package let value: Double
  package let judged: Judged

  package static func atMost(_ value: Double, judged: Judged = .median) -> Goal {
    Goal(bound: .atMost, value: value, judged: judged)
  }

  package static func atLeast(_ value: Double, judged: Judged = .median) -> Goal {
    Goal(bound: .atLeast, value: value, judged: judged)
  }

  /// At most so much slower than the base's median: a share of it, or a time in its unit, whichever is more.
  package static func atMostSlower(share: Double, or time: Double, than base: Double) -> Goal {
    .atMost(1 + max(share, time / base))
  }

  package func isMet(by interval: Interval) -> Bool {
    switch (bound, judged) {
    case (.atMost, .median): interval.median <= value
    case (.atMost, .worseEnd): interval.high <= value
    case (.atLeast, .median): interval.median >= value
    case (.atLeast, .worseEnd): interval.low >= value
    }
  }

  package var text: String { "\(bound == .atMost ? "≤" : "≥") \(significant(value))" }
}
