/// Two things measured in turn, so that both see the same weather.
package struct PairedSamples: Hashable, Sendable {
  /// What was measured, and in what.
  package struct Quantity: Hashable, Sendable {
    package let unit: String
    /// How many of the unit one is, as measured.
    package let scale: Double

    package init(unit: String, scale: Double = 1) {
      self.unit = unit
      self.scale = scale
    }

    /// Measured in seconds.
    package static let milliseconds = Quantity(unit: "ms", scale: 1_000)
    /// Measured in seconds.
    package static let microseconds = Quantity(unit: "µs", scale: 1_000_000)
  }

  package let quantity: Quantity
  package private(set) var values: [Double] = []
  package private(set) var bases: [Double] = []

  package init(_ quantity: Quantity) { self.quantity = quantity }

  package mutating func add(_ value: Double, over base: Double) {
    values.append(value)
    bases.append(base)
  }

  /// Each pair's quotient.
  package var ratios: [Double] { zip(values, bases).map { $0 / $1 } }

  /// How much more the first of each pair is, as a share of what it may be more.
  package func excess(over allowance: Double) -> [Double] { zip(values, bases).map { ($0 - $1) / allowance } }

  /// Both medians, for people: `3.10 ms over 2.95 ms`.
  package var medians: String { "\(text(values)) over \(text(bases))" }

  private func text(_ values: [Double]) -> String {
    guard let median = Interval(values)?.median else { return "nothing" }
    return "\(significant(median * quantity.scale)) \(quantity.unit)"
  }
}

/// A number with three significant digits, or all of those before the point.
package func significant(_ value: Double) -> String {
  let magnitude = abs(value)
  var factor = 1.0
  var decimals = 0
  while decimals < 6, magnitude * factor < 99.5, magnitude > 0 {
    factor *= 10
    decimals += 1
  }
  let scaled = Int((magnitude * factor).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard decimals > 0 else { return "\(sign)\(scaled)" }
  let divisor = Int(factor)
  let fraction = String(scaled % divisor)
  return "\(sign)\(scaled / divisor).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}
