/// A check that a store did not pass: which, and what was expected.
public struct ConformanceFailure: Error, Hashable, Sendable {
  /// The name of the ``Check``.
  public let check: String
  /// What the contract asks for, and what the store did instead.
  public let expectation: String

  public init(check: String, expectation: String) {
    self.check = check
    self.expectation = expectation
  }
}

extension ConformanceFailure: CustomStringConvertible {
  public var description: String { "\(check): \(expectation)" }
}
