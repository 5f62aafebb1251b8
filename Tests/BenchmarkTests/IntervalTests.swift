import BenchmarkReport
import Testing

@Suite("Medians and their intervals")
struct IntervalTests {
  @Test("The median is the middle value, or between the two")
  func median() throws {
    #expect(Interval([3, 1, 2])?.median == 2)
    #expect(Interval([4, 1, 3, 2])?.median == 2.5)
    #expect(Interval([7])?.median == 7)
    #expect(Interval([]) == nil)
  }

  // From tables of the sign test.
  @Test(
    "It leaves out as many values as tables say", arguments: [(6, 0), (8, 0), (9, 1), (20, 5), (50, 17), (100, 39)])
  func ranks(count: Int, outside: Int) {
    #expect(Interval.ranksOutside(count: count) == outside)
  }

  @Test("It is the narrowest that holds the median with 95 %", arguments: [6, 7, 31, 101, 301, 999])
  func coverage(count: Int) {
    // The number of values below the median is binomial; the recursion is over the number of values.
    var probabilities = [1.0]
    for _ in 0..<count {
      probabilities = (0...probabilities.count).map { below in
        (below > 0 ? probabilities[below - 1] / 2 : 0) + (below < probabilities.count ? probabilities[below] / 2 : 0)
      }
    }
    func missed(leavingOut outside: Int) -> Double { 2 * probabilities[...outside].reduce(0, +) }
    let outside = Interval.ranksOutside(count: count)
    #expect(missed(leavingOut: outside) <= 0.05)
    #expect(missed(leavingOut: outside + 1) > 0.05)
  }

  @Test("Its ends are values of the sample; of few they are the least and the greatest")
  func ends() throws {
    let twenty = try #require(Interval((1...20).map(Double.init).shuffled()))
    #expect([twenty.low, twenty.median, twenty.high] == [6, 10.5, 15])
    let three = try #require(Interval([5, 1, 9]))
    #expect([three.low, three.high] == [1, 9])
  }

  @Test("Pairs are compared one by one")
  func pairs() throws {
    var samples = PairedSamples(.milliseconds)
    // The machine got ten times slower, for both.
    for (value, base) in [(0.002, 0.001), (0.02, 0.01), (0.03, 0.01)] { samples.add(value, over: base) }
    #expect(Interval(samples.ratios)?.median == 2)
    #expect(samples.medians == "20.0 ms over 10.0 ms")
    #expect(samples.excess(over: 0.01).map { ($0 * 1_000).rounded() / 1_000 } == [0.1, 1, 2])
  }
}
