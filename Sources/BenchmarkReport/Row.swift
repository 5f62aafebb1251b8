/// One line of the benchmark's result.
package struct Row: Hashable, Sendable {
  package enum Result: Hashable, Sendable {
    /// With what else there is to say.
    case measured(Interval, note: String)
    /// It can't be measured here: why.
    case skipped(String)
    /// It should have been possible: what went wrong.
    case failed(String)
  }

  /// As `--case` selects it.
  package let name: String
  package let title: String
  package let goal: Goal?
  package let result: Result

  package init(name: String, title: String, goal: Goal?, result: Result) {
    self.name = name
    self.title = title
    self.goal = goal
    self.result = result
  }

  package var interval: Interval? {
    if case .measured(let interval, _) = result { interval } else { nil }
  }

  /// Nil without a measurement, or without a goal.
  package var isMet: Bool? {
    guard let interval, let goal else { return nil }
    return goal.isMet(by: interval)
  }

  package var hasFailed: Bool {
    if case .failed = result { true } else { false }
  }
}
