import Foundation
import TestPeers
import Testing

/// `demo`: the first command of a newcomer.
struct DemoTests {
  @Test("It shows a full handshake and two resumptions, as the server saw them too, and leaves nothing behind")
  func demo() throws {
    let tool = try Tool()
    let result = try tool.run(["demo"])
    #expect(result.status == 0 && result.standardError.isEmpty, "\(result.output)")
    let rows = result.standardOutput.split(separator: "\n").drop { !$0.hasPrefix("RUN") }.dropFirst()
    #expect(rows.count == 3)
    #expect(rows.map { $0.split(separator: " ")[1] } == ["full", "resumed", "resumed"])
    #expect(rows.map { $0.hasSuffix("a full handshake") } == [true, false, false])
    #expect(rows.map { $0.hasSuffix("a resumption") } == [false, true, true])
    #expect(rows.first?.contains("noTicket") == true)
    for folder in ["tmp", "home"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: tool.folder.file(folder)).isEmpty)
    }
  }

  @Test("It needs neither a home folder nor the user's own settings")
  func bareEnvironment() throws {
    let tool = try Tool()
    let settings = ["GNUTLS_RESUME_STORE": "/dev/null", "GNUTLS_RESUME_KEY_FILE": "/dev/null"]
    let result = try ProcessRunner.run(
      ["env", "-u", "HOME", tool.executable, "demo"], environment: tool.environment.merging(settings) { $1 })
    #expect(result.status == 0 && result.standardOutput.contains("resumed"))
  }

  @Test("It works without a network", .needs(.networkNamespaces))
  func noNetwork() throws {
    let tool = try Tool()
    let result = try tool.shell("ip link set lo up; exec $TOOL demo", prefix: ["unshare", "-rn"])
    #expect(result.status == 0 && result.standardOutput.contains("a resumption"))
  }

  @Test("Without a place for its folder it fails in one line")
  func noTemporaryFolder() throws {
    let tool = try Tool()
    let result = try tool.run(["demo"], environment: ["TMPDIR": tool.folder.file("missing")])
    #expect(result.isFailure(saying: "temporary folder"))
  }
}
