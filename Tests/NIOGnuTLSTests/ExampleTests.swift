import TestPeers
import Testing

@Suite("The examples for NIO")
struct ExampleTests {
  @Test(
    "an HTTP client resumes in its second run", .needs(.nginx), arguments: ["nio-http1-client", "nio-http2-client"])
  func resumes(program: String) throws {
    var options = NginxServer.Options()
    options.http2 = program == "nio-http2-client"
    let server = try NginxServer(options)
    let home = try TemporaryFolder()
    let command = [try BuiltProducts.executable(program), "localhost", "\(server.port)", Fixture.ecdsa.root]
    for expected in ["noTicket", "resumed", "resumed"] {
      let result = try ProcessRunner.run(
        command, environment: ["XDG_STATE_HOME": home.path, "XDG_CONFIG_HOME": home.path])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output == "200 OK\nok\n\(expected)\n")
    }
  }
}
