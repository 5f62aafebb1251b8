import TestPeers
import Testing

@Suite("A C program's observer", .needs(.gcc))
struct ObserverTests {
  @Test("is told of claim, handshake and keeping, by full and resumed handshakes", arguments: TLSVersion.allCases)
  func steps(version: TLSVersion) throws {
    let driver = try Driver(version)
    let server = "localhost:\(driver.server.port) 0"
    let (kind, name) = version == .tls13 ? (1, "TLS1.3") : (2, "TLS1.2")
    let full = try driver.run("observe=yes")
    #expect(full["observe"] == "0" && full.done == "0")
    let told = full.all("event")
    let beginning = ["1 \(server), 0 0 0 -, 0 of 0, noTicket", "2 \(server), 0 1 0 \(name), 0 of 0, noTicket"]
    #expect(Array(told.prefix(2)) == beginning)
    #expect(told.dropFirst(2).allSatisfy { $0.hasPrefix("3 \(server), 0 0 0 -, ") } && told.count > 2)
    #expect(full["event error"] == "")
    let resumed = try driver.run("observe=yes").all("event")
    #expect(resumed.count > 1 && resumed[0].hasPrefix("1 \(server), \(kind) 0 0 -, 0 of 0, "))
    #expect(resumed.count > 1 && resumed[1] == "2 \(server), 0 1 1 \(name), 0 of 0, resumed")
  }

  @Test("is told that a peer is refused, and why nothing was claimed")
  func refused() throws {
    var driver = try Driver()
    let refused = try driver.run("observe=yes", "refuse=yes").all("event")
    #expect(refused.count == 2 && refused[1].contains(", 0 2 0 -, 0 of 0, noTicket"))
    driver.store = "/dev/null/store"
    let report = try driver.run("observe=yes")
    #expect(report.done == "0" && report.all("event").count > 1 && report["event error"].contains("/dev/null"))
    #expect(report.all("event").allSatisfy { $0.hasSuffix(", storeUnavailable") })
  }
}
