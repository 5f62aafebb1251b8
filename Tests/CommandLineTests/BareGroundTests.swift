import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// The tool where there is no `/proc`, as in a bare container or an early boot.
@Suite(.needs(.mountNamespaces))
struct BareGroundTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func shell(_ script: String, port: UInt16 = 0) throws -> ProcessResult {
    try tool.shell("set -e; mount -t tmpfs none /proc; " + script, port: port, prefix: ["unshare", "-rm"])
  }

  @Test("It does what it is told, and not less")
  func commands() throws {
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    let script = "$CONNECT >/dev/null; $CONNECT; \"$TOOL\" purge --store \"$STORE\" --key-file \"$KEY\""
    let lines = try shell(script, port: server.port).standardOutput.split(separator: "\n")
    #expect(lines.count == 2 && lines.first?.contains("\"handshake\":\"resumed\"") == true, "\(lines)")
    #expect(lines.last?.hasPrefix("removed: ") == true && lines.last != "removed: 0")
  }

  @Test("A wrong option is an error")
  func wrongOption() throws {
    for command in ["list --nosuch", "run --nosuch -- true", "nonsense"] {
      #expect(try shell("\"$TOOL\" \(command)").isFailure(saying: "--help' for more information", status: 64))
    }
  }

  @Test("The demonstration finds its own program")
  func demo() throws {
    let result = try shell("\"$TOOL\" demo")
    #expect(result.status == 0, "\(result)")
    #expect(result.standardOutput.components(separatedBy: "a resumption").count == 3)
  }

  // Each of several is stopped at another moment of its way, for longer than a dispatcher waits before it looks at its
  // threads in /proc.
  @Test("The demonstration may take its time")
  func slowDemo() throws {
    let result = try shell(
      """
      demos=; for moment in 0.02 0.03 0.04 0.05 0.06 0.07; do
        { "$TOOL" demo >/dev/null & demo=$!; sleep $moment; kill -STOP $demo; sleep 1.2; kill -CONT $demo; wait $demo; } &
        demos="$demos $!"
      done
      for demo in $demos; do wait $demo || exit; done
      """)
    #expect(result.status == 0, "\(result)")
  }
}
