import Foundation
import TestPeers
import Testing

@Suite("Where the resolver never answers, no connection waits for it")
struct QuietResolverTests {
  private let network: QuietNetwork
  private let server: RunningProcess
  private let port: UInt16

  init() throws {
    network = try QuietNetwork(
      servers: "redis-server --bind 127.0.0.1 --port 6379 --save '' --appendonly no >/dev/null 2>&1 </dev/null &")
    server = try RunningProcess(
      network.wrapper + [
        try BuiltProducts.executable("scriptable-tls-server"), "--certificate", Fixture.ecdsa.chain, "--key",
        Fixture.ecdsa.key, "--http", "hello\n",
      ])
    _ = server.waitForOutput("\n")
    let line = server.standardOutput.split(whereSeparator: \.isNewline).first ?? ""
    port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(server.standardError)")
  }

  private static let needs: any TestTrait = .needs(.redis, .networkNamespaces, .mountNamespaces)

  @Test("A store whose address nobody knows is left out, and nobody is asked", needs)
  func unknownName() throws {
    let fleet = try Fleet("redis://store.fleet.example")
    let host = try fleet.host("host")
    // It is as it should be: who asks waits.
    let begin = ContinuousClock.now
    #expect(try ProcessRunner.run(network.wrapper + ["getent", "hosts", "store.fleet.example"]).status != 0)
    let wait = ContinuousClock.now - begin
    #expect(wait > .seconds(1.5))

    let trace = fleet.folder.file("trace")
    let report = try host.connect(
      port, through: network.wrapper + ["strace", "-f", "-e", "trace=connect,sendto,sendmmsg", "-o", trace])
    #expect(report.handshake == "full" && report.reason == "storeUnavailable")
    #expect(report.storeMessage?.contains("its address isn't known here") == true, "\(report.storeMessage ?? "")")
    let calls = try String(contentsOfFile: trace, encoding: .utf8)
    #expect(calls.contains("htons(\(port))") && !calls.contains("192.0.2.53"))
  }

  @Test("Nor does a program, which needs no address of the store to go on", needs, .needs(.gnutlsCli))
  func program() throws {
    let fleet = try Fleet("redis://store.fleet.example")
    let host = try fleet.host("host")
    let (log, trace) = (fleet.folder.file("log"), fleet.folder.file("trace"))
    let result = try ProcessRunner.run(
      network.wrapper + ["strace", "-f", "-e", "trace=connect", "-o", trace, fleet.tool, "run", "--log", log]
        + host.sharing + ["--", "gnutls-cli", "--x509cafile", host.trust, "--port", "\(port)", "localhost"],
      environment: host.environment)
    #expect(result.status == 0, "\(result.output)")
    #expect(fleet.folder.read("log").contains("its address isn't known here"), "\(fleet.folder.read("log"))")
    #expect(try !String(contentsOfFile: trace, encoding: .utf8).contains("192.0.2.53"))
  }

  @Test("An address that was noted once is used from then on", needs)
  func noted() throws {
    let fleet = try Fleet("redis://store.fleet.example?wait=5000")
    let hosts = [try fleet.host("first"), try fleet.host("second")]
    try network.setHost("127.0.0.1 store.fleet.example")
    for host in hosts {
      let result = try host.run(["store", "refresh"] + host.sharing, through: network.wrapper)
      #expect(result.standardOutput == "store.fleet.example: 127.0.0.1\n", "\(result.output)")
    }
    try network.setHost(nil)
    #expect(try hosts[0].connect(port, through: network.wrapper).reason == "noTicket")
    #expect(try hosts[1].connect(port, through: network.wrapper).isResumed)
  }

  @Test("A store at an address that swallows everything holds a connection up for 50 ms", needs)
  func unreachable() throws {
    let fleet = try Fleet("redis://\(QuietNetwork.nowhere)")
    let report = try fleet.host("host").connect(port, through: network.wrapper)
    #expect(report.handshake == "full" && report.storeMessage?.contains("in time") == true, "\(report)")
  }
}
