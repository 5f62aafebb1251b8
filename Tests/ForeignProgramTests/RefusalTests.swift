import TestPeers
import Testing

/// Each program verifies its server: it fails when told to trust another root.
struct RefusalTests {
  @Test(.needs(.nginx, .gnutlsCli)) func gnutlsCli() throws { try expectRefusal(.gnutlsCli) }
  @Test(.needs(.nginx, .wget)) func wget() throws { try expectRefusal(.wget) }
  @Test(.needs(.nginx, .wget2)) func wget2() throws { try expectRefusal(.wget2) }
  @Test(.needs(.nginx, .compiler, .libcurlGnuTLS)) func curl() throws { try expectRefusal(.curl) }
  @Test(.needs(.nginx, .lftp)) func lftp() throws { try expectRefusal(.lftp) }
  @Test(.needs(.vsftpd, .lftp)) func lftpFTPS() throws { try expectRefusal(.lftpFTPS) }
  @Test(.needs(.nginx, .git, .fcgiwrap)) func git() throws { try expectRefusal(.gitListing) }
  @Test(.needs(.nginx, .aptHTTPS)) func apt() throws { try expectRefusal(.apt) }
  @Test(.needs(.nginx, .aptHTTPS, .superuser)) func aptSandboxed() throws { try expectRefusal(.aptSandboxed) }

  @Test(.needs(.nginx, .compiler), arguments: ForeignProgram.simpleClients.filter { !$0.trustsAnybody })
  func client(program: ForeignProgram) throws { try expectRefusal(program) }

  @Test("A client that checks nothing connects all the same", .needs(.nginx, .compiler))
  func checksNothing() throws { #expect(try result(.checksNothing).standardOutput == "full\n") }

  @Test("A verify function has the last word", .needs(.nginx, .compiler))
  func verifyFunction() throws {
    for (program, status) in [(ForeignProgram.verifyFunction, Int32(0)), (.refusing, 1)] {
      let result = try result(program, trusted: Fixture.ecdsa.root)
      #expect(result.status == status && result.standardError == "verifying\n")
      #expect(result.standardOutput == (status == 0 ? "full\n" : "Error in the certificate.\n"))
    }
  }

  private func expectRefusal(_ program: ForeignProgram) throws {
    let result = try result(program)
    #expect(result.status != 0 && !result.timedOut && !result.standardOutput.contains("answered"), "\(result.output)")
    let words = ["certificate", "CERTIFICATE", "issuer"]
    #expect(words.contains { result.output.contains($0) }, "\(result.output)")
  }

  private func result(
    _ program: ForeignProgram, trusted: String = Fixture.ecdsa.otherRoot
  ) throws -> ProcessResult {
    let server = try ForeignServer(for: program, .tls13)
    return try withExtendedLifetime(server) {
      try program.run(0, in: try Home(port: server.port, trusted: trusted), .tls13)
    }
  }
}
