/// Numbers in a nutshell.
package struct Spread: Hashable, Sendable {
  package let least: Double
  /// Of an even number of them, the mean of the two in the middle.
  package let median: Double
  package let most: Double
  package let count: Int

  /// Nil of nothing.
  package init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    least = first
    most = last
    count = sorted.count
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
