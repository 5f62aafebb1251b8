import BenchmarkReport

/// One row of the result, and how to measure it.
struct Plan: Sendable {
  let name: String
  let title: String
  var goal: Goal?
  /// How many pairs, unless fewer are asked for.
  let pairs: Int
  let measure: @Sendable (Workbench, Repetition) throws -> Measurement

  /// What has been measured: values whose median is the row's ratio.
  struct Measurement {
    let values: [Double]
    let note: String
    /// In the plan's goal's stead, if it depends on what was measured.
    let goal: Goal?

    init(_ values: [Double], note: String) {
      self.values = values
      self.note = note
      goal = nil
    }

    init(_ samples: PairedSamples, note: String = "", goal: Goal? = nil) {
      values = samples.ratios
      self.note = note.isEmpty ? samples.medians : "\(samples.medians); \(note)"
      self.goal = goal
    }
  }

  func row(on workbench: Workbench) -> Row {
    let count = min(pairs, workbench.options.pairs ?? pairs)
    let repetition = Repetition(count: count) { index in
      workbench.progress.show("case \(name), \(title): \(index + 1) of \(count)")
    }
    workbench.progress.show("case \(name), \(title)")
    do {
      let measurement = try measure(workbench, repetition)
      guard let interval = Interval(measurement.values) else { return row(.failed("nothing was measured")) }
      return row(.measured(interval, note: measurement.note), goal: measurement.goal)
    } catch let skip as Skip {
      return row(.skipped(skip.description))
    } catch {
      return row(.failed("\(error)"))
    }
  }

  private func row(_ result: Row.Result, goal other: Goal? = nil) -> Row {
    Row(name: name, title: title, goal: other ?? goal, result: result)
  }
}

/// Does a thing a number of times, and says so.
struct Repetition {
  let count: Int
  private let announce: (Int) -> Void

  init(count: Int, announce: @escaping (Int) -> Void) {
    self.count = count
    self.announce = announce
  }

  func callAsFunction(_ body: (Int) throws -> Void) rethrows {
    for index in 0..<count {
      announce(index)
      try body(index)
    }
  }

  /// Measures two things in turn; which of them comes first, changes with each pair.
  func pairs(
    _ quantity: PairedSamples.Quantity, _ value: () throws -> Double, over base: () throws -> Double
  ) rethrows -> PairedSamples {
    var samples = PairedSamples(quantity)
    try self { index in
      if index.isMultiple(of: 2) {
        let first = try value()
        samples.add(first, over: try base())
      } else {
        let first = try base()
        samples.add(try value(), over: first)
      }
    }
    return samples
  }
}
