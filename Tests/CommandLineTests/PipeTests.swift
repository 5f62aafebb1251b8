import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Files that come through pipes, as a shell's `<(…)` do.
struct PipeTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private var places: String { "--store \"$STORE\" --key-file \"$KEY\"" }

  /// Connects by bash, with further options.
  private func connect(_ options: String, _ variables: [String: String] = [:]) throws -> ProcessResult {
    let script = "\"$TOOL\" connect 127.0.0.1:\(server.port) --server-name localhost --json \(places) \(options)"
    return try tool.shell(script, by: "bash", variables: variables)
  }

  @Test("A trust file may be a pipe, and what it says is believed in the next run if it says the same")
  func trustFile() throws {
    let options = "--ca-file <(cat \"$CA\")"
    let variables = ["CA": Fixture.ecdsa.root]
    #expect(try Report(connect(options, variables)).reason == "noTicket")
    #expect(try Report(connect(options, variables)).isResumed)
    let other = try connect(options, ["CA": Fixture.ecdsa.otherRoot])
    #expect(other.isFailure(saying: "is not trusted"))
    // More than a pipe holds, and not at once.
    let large = "--ca-file <(for i in $(seq 400); do cat \"$CA\"; done; sleep 0.1; cat \"$OTHER\")"
    #expect(try Report(connect(large, ["CA": Fixture.rsa.root, "OTHER": Fixture.ecdsa.root])).protocol == "TLS1.3")
    for input in ["<\"$CA\"", "< <(cat \"$CA\")"] {
      #expect(try Report(connect("--ca-file /dev/stdin \(input)", variables)).isResumed)
    }
  }

  @Test("So may a revocation list, and a client's certificate and key")
  func others() throws {
    server.update { $0.clientCertificate = .required }
    let variables = [
      "CA": Fixture.ecdsa.root, "CERT": Fixture.ecdsa.clientCertificate, "PRIVATE": Fixture.ecdsa.clientKey,
    ]
    let options = "--ca-file \"$CA\" --cert <(cat \"$CERT\") --key <(cat \"$PRIVATE\")"
    #expect(try Report(connect(options, variables)).reason == "noTicket")
    #expect(try Report(connect(options, variables)).isResumed)
    #expect(server.waitForConnections(2).map { $0.clientCertificate != nil } == [true, true])
    let nonsense = try connect("--ca-file \"$CA\" --crl-file <(echo nonsense)", variables)
    #expect(nonsense.isFailure(saying: "the revocation list /dev/fd/"), "\(nonsense)")
  }

  @Test(
    "A pipe that nobody writes to, or that has no end, is given up", arguments: ["--ca-file", "--crl-file", "--cert"])
  func endless(option: String) throws {
    let others = [
      "--ca-file": "", "--crl-file": "--ca-file '\(Fixture.ecdsa.root)' ",
      "--cert": "--ca-file '\(Fixture.ecdsa.root)' --key '\(Fixture.ecdsa.clientKey)' ",
    ]
    let trust = try #require(others[option])
    let start = ContinuousClock.now
    let silent = try connect("\(trust)--timeout 0.3 \(option) <(sleep 30)")
    #expect(silent.isFailure(saying: "it takes too long"), "\(silent)")
    let fifo = tool.folder.file("fifo")
    #expect(try ProcessRunner.run(["mkfifo", fifo]).status == 0)
    let unopened = try connect("\(trust)--timeout 0.3 \(option) '\(fifo)'")
    #expect(unopened.isFailure(saying: "it takes too long"), "\(unopened)")
    let large = try connect("\(trust)\(option) <(cat /dev/zero)")
    #expect(large.isFailure(saying: "larger than 64 MiB"), "\(large)")
    #expect(ContinuousClock.now - start < .seconds(15))
    #expect(server.waitForConnections(0).isEmpty)
  }

  @Test("Without /proc it says that a pipe can't be used", .needs(.mountNamespaces))
  func withoutProc() throws {
    let script = """
      mkfifo "$D/fifo"; cat "$CA" >"$D/fifo" & mount -t tmpfs none /proc
      "$TOOL" connect 127.0.0.1:\(server.port) \(places) --ca-file "$D/fifo"
      """
    let result = try tool.shell(script, prefix: ["unshare", "-rm"], variables: ["CA": Fixture.ecdsa.root])
    #expect(result.isFailure(saying: "a pipe can be used only where there is /proc"), "\(result)")
  }
}
