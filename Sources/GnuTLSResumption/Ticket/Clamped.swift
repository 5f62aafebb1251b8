extension Int64 {
  /// The sum, or the nearest number to it: what files and peers say may be anything.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
