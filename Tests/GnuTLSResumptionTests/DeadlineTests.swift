import Glibc
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

  @Test("no clock traps", arguments: [0, 1, 7_600_000_000, 9_223_372_036, .max, .min, -1])
  func anyClock(seconds: Int) {
    let now = Deadline.nanoseconds(of: timespec(tv_sec: seconds, tv_nsec: 999_999_999))
    let (near, far) = (Deadline(milliseconds: 1, from: now), Deadline(milliseconds: .infinity, from: now))
    #expect(Deadline.earlier(near, far) == near && Deadline.earlier(far, near) == near)
    _ = (near.hasPassed, near.pollTimeout, near.halved, near.millisecondsAgo, near.advanced(milliseconds: 1))
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
