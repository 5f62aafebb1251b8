import TestPeers
import Testing

/// Sessions of DTLS are a program's own, and as without the engine.
struct PreloadedDatagramTests {
  @Test("A program's sessions of DTLS are left alone", .needs(.gnutlsCli, .openssl))
  func leftAlone() throws {
    var options = OpenSSLServer.Options()
    options.versions = .dtls12
    options.style = .plain
    let server = try OpenSSLServer(options)
    let preload = try Preload()
    let home = try Home(port: server.port)
    let command = preload.launch.command(
      ["gnutls-cli", "--udp", "--x509cafile", home.trustFile, "--port", "\(server.port)", "localhost"],
      home: home.path)
    for count in 1...2 {
      let process = try RunningProcess(command)
      #expect(process.waitForOutput("Handshake was completed"), "\(process.standardError)")
      process.write("hello-\(count)\n")
      let deadline = ContinuousClock.now + .seconds(10)
      while ContinuousClock.now < deadline, !server.output.contains("hello-\(count)") {
        _ = process.waitForEnd(timeout: .milliseconds(20))
      }
      process.closeInput()
      #expect(process.waitForEnd(timeout: .seconds(10)) == .exited(0), "\(process.standardError)")
    }
    #expect(server.output.contains("hello-1") && server.output.contains("hello-2"))
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, false])
    #expect(preload.events.isEmpty && preload.records.isEmpty)
  }
}
