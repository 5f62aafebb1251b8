import Foundation
import TestPeers
import Testing

@Suite("A C program's session of DTLS", .needs(.gcc))
struct DatagramTests {
  private struct Run {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func command(_ port: UInt16, _ options: [String]) throws -> [String] {
      [try CProgram.driver.get().path, "\(port)", folder.file("store"), folder.file("key"), "udp=yes"] + options
    }

    /// What is kept, as the tool says.
    func list(_ options: String...) throws -> String {
      let places = ["--store", folder.file("store"), "--key-file", folder.file("key")]
      return try ProcessRunner.run([BuiltProducts.executable("gnutls-resume"), "list"] + places + options)
        .standardOutput
    }

    /// A process of its own, with the server saying something until it comes.
    func visit(_ server: OpenSSLServer, _ options: [String] = [], by port: UInt16? = nil) throws -> DriverReport {
      let process = try RunningProcess(command(port ?? server.port, options + ["server-port=\(server.port)"]))
      for _ in 0..<2_400 where process.end == nil {
        server.send("answer\n")
        _ = process.waitForEnd(timeout: .milliseconds(50))
      }
      try #require(process.end == .exited(0), "\(process.standardError)")
      return DriverReport(process.standardOutput)
    }
  }

  private static func server() throws -> OpenSSLServer {
    var options = OpenSSLServer.Options()
    options.versions = .dtls12
    options.style = .plain
    return try OpenSSLServer(options)
  }

  @Test(
    "resumes in the second process, by OpenSSL's server", .needs(.openssl),
    arguments: [[], ["own-transport=yes"], ["verify=file", "path=\(Fixture.ecdsa.root)"]])
  func openssl(options: [String]) throws {
    let server = try Self.server()
    let run = try Run()
    for reason in ["noTicket", "resumed"] {
      let report = try run.visit(server, options)
      #expect(report.done == "0" && report.reason == reason && report["answer"].hasPrefix("answer"))
      #expect(report["stored"] == (reason == "resumed" ? "0" : "1") && report["message"] == "")
    }
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
    #expect(try run.list().contains("localhost:\(server.port)/udp "))
    #expect(try run.list("--json").contains("\"transport\":\"dtls\""))
  }

  @Test("resumes in the second process, by GnuTLS's server", .needs(.gnutlsServ, .networkNamespaces))
  func gnutlsServ() throws {
    var options = GnuTLSServ.Options()
    options.isDatagram = true
    let run = try Run()
    let command = try run.command(GnuTLSServ.port, ["verify=file", "path=\(Fixture.ecdsa.root)"])
    let outcome = try GnuTLSServ.run([GnuTLSServ.Client(command), GnuTLSServ.Client(command)], options: options)
    let reports = outcome.clients.map { DriverReport($0.standardOutput) }
    #expect(reports.map(\.done) == ["0", "0"] && reports.map(\.reason) == ["noTicket", "resumed"], "\(outcome)")
    #expect(reports.allSatisfy { $0["answer"] == "hello" })
    #expect(outcome.serverLog.components(separatedBy: "command: hello").count > 2)
  }

  @Test("resumes in the second process where three of ten datagrams are lost in both directions", .needs(.openssl))
  func lossy() throws {
    let server = try Self.server()
    let relay = try DatagramRelay(to: server.port, losing: 30, seed: 5)
    defer { relay.stop() }
    let run = try Run()
    for reason in ["noTicket", "resumed"] {
      let report = try run.visit(server, by: relay.port)
      #expect(report.done == "0" && report.reason == reason && report["answer"].hasPrefix("answer"))
    }
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
    #expect(relay.lostCount > 2 && relay.lostCount < relay.passedCount)
  }

  @Test("is refused when its peer isn't trusted, and nothing is kept", .needs(.openssl))
  func untrusted() throws {
    let server = try Self.server()
    let run = try Run()
    let refused = try run.visit(server, ["verify=file", "path=\(Fixture.ecdsa.otherRoot)"])
    #expect(refused.done == "-65403" && refused["stored"] == "0")
    #expect(refused["message"].contains("localhost:\(server.port)"))
    #expect(try run.visit(server, ["verify=file", "path=\(Fixture.ecdsa.root)"]).reason == "noTicket")
  }
}
