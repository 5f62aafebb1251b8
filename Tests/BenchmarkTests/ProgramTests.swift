import Foundation
import TestPeers
import Testing

@Suite("The benchmark of what is installed")
struct ProgramTests {
  /// A row as printed in JSON.
  private struct Row: Decodable {
    let title: String
    let ratio: Double?
    let low: Double?
    let high: Double?
    let goal: Double?
    let note: String?
    let skipped: String?
    let failed: String?
  }

  private func rows(_ arguments: String...) throws -> [Row] {
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run(
      [try BuiltProducts.executable("resumption-bench"), "--json"] + arguments, environment: ["TMPDIR": folder.path],
      timeLimit: .seconds(100))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [], "nothing is left")
    return try JSONDecoder().decode([Row].self, from: Data(result.standardOutput.utf8))
  }

  @Test("Each runs twice, under both versions if it can be told to", .needs(.nginx))
  func programs() throws {
    let rows = try rows("--case", "11", "--pairs", "1")
    #expect(rows.count == 8 * 2 * 2)
    let measured = rows.filter { $0.ratio != nil }
    #expect(!measured.isEmpty)
    for row in measured {
      let isSecond = row.title.contains(", second run")
      let outcome = isSecond ? "; resumed over full; " : "; full over full; "
      #expect(row.note?.contains(outcome) == true, "\(row)")
      #expect(row.note?.contains("server's processor ") == true, "\(row)")
      // Of the second run the program's own; of the first at least five per cent.
      let goal = try #require(row.goal)
      #expect(isSecond ? goal <= 1 : goal >= 1.05, "\(row)")
    }
    let unmeasured = rows.filter { $0.ratio == nil }
    #expect(unmeasured.allSatisfy { $0.skipped != nil }, "\(unmeasured)")
    let restricted = rows.filter { $0.title.hasPrefix("git ls-remote, TLS 1.2") }
    #expect(restricted.map(\.skipped) == Array(repeating: "no option of its own keeps it from TLS 1.3", count: 2))
  }

  @Test("Programs without TLS start up through run and without")
  func startUps() throws {
    let rows = try rows("--case", "12", "--pairs", "3")
    #expect(rows.map { $0.title.prefix { $0 != " " } } == ["true", "ls"])
    for row in rows {
      // More than nothing or less, but some number.
      let (low, ratio, high) = (try #require(row.low), try #require(row.ratio), try #require(row.high))
      #expect(low <= ratio && ratio <= high)
      #expect(row.goal == 1)
    }
  }

  @Test("The engine's loading takes some time, and some pages", .needs(.nginx))
  func loading() throws {
    let rows = try rows("--case", "13", "--pairs", "2")
    #expect(rows.count == 2)
    #expect(try #require(rows.first?.ratio, "\(rows)") > 0)
    #expect(rows.last?.note?.contains("page faults over ") == true, "\(rows)")
  }

  @Test("The tool and OpenSSL's client both resume", .needs(.openssl))
  func toolConnections() throws {
    let rows = try rows("--case", "14", "--pairs", "2")
    #expect(try #require(rows.first?.ratio, "\(rows)") > 0)
    #expect(rows.map(\.goal) == [0.7])
  }

  @Test("All of it is measured when asked for, and then nothing else is", .needs(.nginx))
  func areAskedFor() throws {
    let titles = try rows("--programs", "--pairs", "1").map(\.title)
    #expect(titles.count == 8 * 2 * 2 + 2 + 2 + 1)
    #expect(titles.first?.hasPrefix("gnutls-cli") == true && titles.last?.hasPrefix("connect") == true)
  }
}
