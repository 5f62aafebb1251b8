import Testing

@testable import GnuTLSResumption

@Suite("Time limits")
struct DeadlineTests {
  @Test(
    "no number traps: infinity, the greatest, negative ones, and none",
    arguments: [
      Double.infinity, .greatestFiniteMagnitude, -.infinity, -1, .nan, 0, 1e300,
    ])
  func anyNumber(milliseconds: Double) {
    let deadline = Deadline(milliseconds: milliseconds)
    #expect(deadline.hasPassed == !(milliseconds > 0))
    #expect((deadline.pollTimeout == 0) == !(milliseconds > 0))
    _ = deadline.halved
  }

  @Test("without limits a connection is made, and closed")
  func infinite() throws {
    var client = try Client()
    client.configuration.timeoutMilliseconds = .infinity
    client.configuration.drain = .atMost(milliseconds: .infinity)
    try client.visit()
    #expect(try client.visit().isResumed)
  }
}
