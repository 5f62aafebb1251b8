extension FixedWidthInteger where Self: SignedInteger {
  /// The sum, or the nearest number to it: what files, peers and stores say may be anything.
  func addingClamped(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
