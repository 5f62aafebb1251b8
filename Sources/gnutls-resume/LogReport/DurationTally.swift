/// Durations, of which the median is known to three percent, in the same room however many there are.
struct DurationTally {
  /// 32 steps for each doubling, from a hundredth of a millisecond to eleven minutes.
  private static let steps = 32
  private static let doublings = 26
  private var counts: [UInt32] = []
  /// Of the durations of each step, in hundredths of a millisecond.
  private var sums: [UInt64] = []
  private(set) var count = 0

  /// - Parameter hundredths: Of a millisecond.
  mutating func add(_ hundredths: UInt64) {
    if counts.isEmpty {
      counts = Array(repeating: 0, count: Self.steps * Self.doublings)
      sums = Array(repeating: 0, count: counts.count)
    }
    let index = Self.index(of: hundredths)
    count += 1
    guard counts[index] < .max, !sums[index].addingReportingOverflow(hundredths).overflow else { return }
    counts[index] += 1
    sums[index] += hundredths
  }

  mutating func add(_ other: DurationTally) {
    guard !other.counts.isEmpty else { return }
    guard !counts.isEmpty else {
      self = other
      return
    }
    for index in counts.indices {
      let (count, tooMany) = counts[index].addingReportingOverflow(other.counts[index])
      let (sum, overflows) = sums[index].addingReportingOverflow(other.sums[index])
      if !tooMany, !overflows { (counts[index], sums[index]) = (count, sum) }
    }
    count += other.count
  }

  /// In milliseconds, by the mean of the step where it lies; nil where there is none.
  var median: Double? {
    let all = counts.reduce(0) { $0 + Int($1) }
    var passed = 0
    for (index, count) in counts.enumerated() {
      passed += Int(count)
      if count > 0, passed * 2 >= all { return Double(sums[index]) / Double(count) / 100 }
    }
    return nil
  }

  private static func index(of value: UInt64) -> Int {
    // The first doubling has room for 0 to 31, each of the next for 32 steps.
    guard value >= UInt64(steps) else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    let step = Int(value >> UInt64(exponent - 5)) - steps
    return min((exponent - 4) * steps + step, steps * doublings - 1)
  }
}
