import TestPeers
import Testing

/// GnuTLS reads its configuration when it is loaded; what becomes of the file, and what a program does by calls, counts
/// for whoever judges then.
@Suite("What a process has of GnuTLS's configuration", .needs(.gcc))
struct ConfigurationTests {
  private let driver: Driver
  private let verification = ["verify=file", "path=\(Fixture.ecdsa.root)"]
  private let configuration: ConfigurationLink

  init() throws {
    driver = try Driver()
    configuration = ConfigurationLink(in: driver.folder)
  }

  private func run(_ more: String...) throws -> DriverReport {
    try driver.run(verification[0], verification[1], more.first ?? "", environment: configuration.environment)
  }

  /// GnuTLS has getters for what the first says, and none for what the second does.
  private static let strict = ["no-ecdsa-sha256", "profile-future"]

  @Test(
    "a process that was there before it was tightened writes no verdict that the next would believe",
    arguments: strict)
  func tightenedMeanwhile(strict: String) throws {
    try configuration.set("plain")
    let first = try driver.run(verification[0], verification[1], environment: configuration.environment) {
      try configuration.set(strict)
    }
    #expect(first.done == "0" && first["stored"] == "2")
    let next = try run()
    #expect(next.done == "-65403" && next["message"].contains("insecure algorithm"), "\(next["message"])")
    #expect(driver.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test(
    "a process that is stricter than the file is now believes no verdict that was made under that", arguments: strict)
  func relaxedMeanwhile(strict: String) throws {
    try configuration.set(strict)
    let process = try driver.run(verification[0], verification[1], environment: configuration.environment) {
      try configuration.set("plain")
      #expect(try run().reason == "noTicket")
      #expect(try run().reason == "resumed")
    }
    #expect(process.done == "-65403", "\(process.reason)")
    #expect(driver.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("where the library is loaded later than GnuTLS, nobody knows what GnuTLS has read")
  func loadedLate() throws {
    try configuration.set("plain")
    let late = try driver.run(
      verification[0], verification[1], environment: configuration.environment, asPlugin: true
    ) {
      try configuration.set("profile-future")
    }
    #expect(late.done == "0" && late["stored"] == "2")
    let next = try run()
    #expect(next.done == "-65403", "\(next.reason)")
    #expect(driver.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("calls that forbid a signature for the whole process count as the file does, both ways")
  func changedByCalls() throws {
    try configuration.set("allowlist")
    #expect(try run().reason == "noTicket")
    #expect(try run().reason == "resumed")
    let forbidding = try run("insecure=ECDSA-SHA256")
    #expect(forbidding["insecure"] == "0" && forbidding.done == "-65403", "\(forbidding.reason)")
    #expect(driver.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }
}
