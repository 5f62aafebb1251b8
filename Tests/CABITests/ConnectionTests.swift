import ScriptableTLSServer
import TestPeers
import Testing

@Suite("A C program's session", .needs(.gcc))
struct ConnectionTests {
  static let file = "path=\(Fixture.ecdsa.root)"

  @Test("resumes in the second process, and the callback verifies in both", arguments: TLSVersion.allCases)
  func callback(version: TLSVersion) throws {
    let driver = try Driver(version)
    for (run, reason) in [(1, "noTicket"), (2, "resumed")] {
      let report = try driver.run()
      for call in ["open", "attach", "handshake", "done", "keep", "detach", "outcome"] {
        #expect(report[call] == "0", "\(call) in run \(run): \(report["message"])")
      }
      #expect(report.reason == reason)
      #expect(report["resumed"] == (run == 2 ? "1" : "0") && report["reason"] == (run == 2 ? "0" : "1"))
      #expect(report["has age"] == report["resumed"] && report["failed with ticket"] == "0")
      #expect(report["callbacks"] == "1" && report["answer"] == "hello" && report["message"] == "")
      #expect(report["received"] == report["stored"] && report["kept"] == report["stored"])
      #expect(version == .tls12 || report["stored"] == "2")
      #expect(report["late"] == "-65405" && report["late message"].contains("localhost:\(driver.server.port)"))
    }
    #expect(driver.server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("is refused by its callback after a resumption too, which costs the siblings", arguments: TLSVersion.allCases)
  func refusal(version: TLSVersion) throws {
    let driver = try Driver(version)
    #expect(try driver.run().reason == "noTicket")
    #expect(try driver.records > 0)
    let refused = try driver.run("refuse=yes")
    #expect(refused["handshake"] == "0" && refused.done == "-65404" && refused["callbacks"] == "1")
    #expect(refused["message"].contains("localhost:\(driver.server.port) is not trusted"))
    #expect(driver.server.waitForConnections(2)[1].isResumed)
    #expect(try driver.records == 0)
    #expect(try driver.run().reason == "noTicket")
  }

  @Test("resumes with the engine verifying", arguments: TLSVersion.allCases, ["file", "folder", "credentials"])
  func engine(version: TLSVersion, way: String) throws {
    let driver = try Driver(version)
    let anchors = try TemporaryFolder()
    try ProcessRunner.run(["cp", Fixture.ecdsa.root, anchors.path]).status.map { try #require($0 == 0) }
    let more = ["file": Self.file, "folder": "path=\(anchors.path)", "credentials": "trust=\(Fixture.ecdsa.root)"][way]
    for reason in ["noTicket", "resumed"] {
      let report = try driver.run("verify=\(way)", #require(more))
      #expect(report.done == "0" && report.reason == reason && report["callbacks"] == "0")
    }
    #expect(driver.server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("is refused by the engine for a wrong name and an unknown authority, with advice")
  func engineRefuses() throws {
    let driver = try Driver()
    #expect(try driver.run("verify=file", Self.file).done == "0")
    let name = try driver.run("verify=file", Self.file, "expected=example.com")
    #expect(name.done == "-65403" && name["message"].contains("localhost:\(driver.server.port)"))
    #expect(name["message"].contains("identity->expected_name"))
    let authority = try driver.run("verify=file", "path=\(Fixture.ecdsa.otherRoot)")
    #expect(authority.done == "-65403" && authority["message"].contains(Fixture.ecdsa.otherRoot))
    let system = try driver.run("verify=system")
    #expect(system.done == "-65403" && system["message"].contains("the system's trust"))
    let pinned = try driver.run("verify=file", Self.file, "pin=yes")
    #expect(pinned.done == "-65403" && pinned["message"].contains("pinned"))
    let missing = try driver.run("verify=file", "path=/nonexistent/roots.pem")
    #expect(missing.done == "-65403" && missing["message"].contains("/nonexistent/roots.pem"))
    #expect(driver.server.waitForConnections(6).dropFirst().allSatisfy { !$0.isResumed })
  }

  @Test("that nobody verifies resumes, but not into one that somebody does")
  func nobody() throws {
    let driver = try Driver()
    #expect(try driver.run("verify=nobody").reason == "noTicket")
    #expect(try driver.run("verify=nobody").reason == "resumed")
    #expect(try driver.run("verify=callback").reason == "policyChanged")
    #expect(try driver.run("verify=file", Self.file).reason == "policyChanged")
    #expect(driver.server.waitForConnections(4).map(\.isResumed) == [false, true, false, false])
  }

  @Test(
    "is not resumed by one that was set up differently",
    arguments: [
      "expected=127.0.0.1", "partition=other", "alpn=h2", "certificate=yes", "priority=NORMAL", "appended=-SHA1",
    ])
  func identity(difference: String) throws {
    let driver = try Driver()
    #expect(try driver.run().reason == "noTicket")
    let other = try driver.run(difference)
    #expect(other.reason == "policyChanged" && other["reason"] == "2")
    #expect(try driver.run(difference).reason == "resumed")
    #expect(try driver.run().reason == "resumed")
  }

  @Test("works without a store, and says what is wrong with it")
  func storeUnavailable() throws {
    var driver = try Driver()
    driver.store = try driver.folder.write("file", "") + "/store"
    let report = try driver.run()
    #expect(report["open"] == "0" && report["attach"] == "0" && report.done == "0" && report["answer"] == "hello")
    #expect(report.reason == "storeUnavailable" && report["reason"] == "7" && report["stored"] == "0")
    #expect(report["store error"].contains(driver.folder.file("file")) && report["store error"].contains("mend"))
  }

  @Test("has its own handshake hook called, whose answer reaches GnuTLS and comes back")
  func hook() throws {
    let driver = try Driver()
    let report = try driver.run("hook=yes")
    #expect(report.all("hook") == ["2 1 1 filled"] && report.done == "0" && report["stored"] != "0")
    let failed = try driver.run("hook=yes", "hook-fails=yes")
    #expect(failed["handshake"] == "-65000" && failed.done == "-65000" && failed["callbacks"] == "0")
    #expect(failed["failed with ticket"] == "1" && failed["message"].contains("connect again"))
    #expect(try driver.run("hook=yes").reason == "withheld")
  }

  @Test("hands in what it got from GnuTLS where another hook has taken the engine's place")
  func handIn() throws {
    let driver = try Driver()
    let report = try driver.run("hand-in=yes")
    #expect(report["hand in"] == "0" && report["handed in"] == "1" && report["stored"] == "1")
    #expect(try driver.run().reason == "resumed")
  }

  @Test("keeps no more than the bounds allow")
  func bounds() throws {
    let driver = try Driver()
    #expect(try driver.run("bound=1")["stored"] == "2")
    #expect(try driver.records == 1)
  }
}
