import Glibc

/// The middle of a sample, and an interval that holds the true median with 95 % certainty.
///
/// By order statistics: nothing is assumed of how the values are distributed, but that they are independent.
package struct Interval: Hashable, Sendable {
  package let median: Double
  package let low: Double
  package let high: Double

  /// Nil without values. Of fewer than 6 the interval is all of them, which is less certain than 95 %.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    let outside = Self.ranksOutside(count: sorted.count)
    low = sorted[outside]
    high = sorted[sorted.count - 1 - outside]
  }

  /// How many of the least, and of the greatest values the interval leaves out.
  ///
  /// The number of values below the true median is binomial with p = 1/2. The interval misses it on one side if at most
  /// as many values as it leaves out there are beyond the median: that may have a probability of 2.5 %.
  package static func ranksOutside(count: Int) -> Int {
    var outside = 0
    var cumulative = 0.0
    for below in 0..<count {
      // In logarithms: 2 to the -count has no Double for large samples.
      let logarithm =
        lgamma(Double(count + 1)) - lgamma(Double(below + 1)) - lgamma(Double(count - below + 1))
        - Double(count) * log(2)
      cumulative += exp(logarithm)
      if cumulative > 0.025 { break }
      outside = below
    }
    return outside
  }
}
