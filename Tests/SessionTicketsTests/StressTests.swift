import Foundation
import Testing

@Suite("Many processes on one store", .serialized)
struct StressTests {
  @Test(
    "Every ticket is given once, evicted, expired, stored, or lost with a killed process",
    arguments: [0, 200])
  func accountsForEveryTicket(kills: Int) throws {
    let folder = TemporaryFolder()
    let seed = UInt64.random(in: .min ... .max)
    let result = try ChildRun.run([ChildRun.storeStress, "run", folder.path, "\(seed)", "\(kills)"])
    #expect(result.status == 0, "\(result.lines.joined(separator: "\n"))")
    print(result.lines.joined(separator: "\n"))
    #expect(!folder.files.contains { $0.contains("/new-") }, "no temporary file stays")
  }
}
