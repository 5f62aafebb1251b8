import TestPeers
import Testing

/// Foreign programs as they are: each run is a full handshake, as the server says, but for what a program does itself.
struct WithoutHelpTests {
  @Test(.needs(.nginx, .gnutlsCli), arguments: Negotiation.allCases)
  func gnutlsCli(negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(.gnutlsCli, negotiation)
    for result in runs.results {
      #expect(ForeignProgram.gnutlsCli.stableOutput(result.standardOutput).contains("\nanswered"))
    }
  }

  @Test(.needs(.nginx, .wget), arguments: Negotiation.allCases)
  func wget(negotiation: Negotiation) throws { try expectAnswers(.wget, negotiation) }

  @Test(.needs(.nginx, .wget2), arguments: Negotiation.allCases)
  func wget2(negotiation: Negotiation) throws { try expectAnswers(.wget2, negotiation) }

  @Test("wget2 resumes by its own session file", .needs(.nginx, .wget2), arguments: Negotiation.allCases)
  func wget2WithSessions(negotiation: Negotiation) throws { try expectAnswers(.wget2WithSessions, negotiation) }

  @Test("Resumption is noticed, and missed", .needs(.nginx, .wget2), arguments: Negotiation.allCases)
  func expectations(negotiation: Negotiation) throws {
    #expect(try TwoRuns.discrepancies(of: .wget2WithSessions, negotiation, .plain) == [])
    #expect(try TwoRuns.discrepancies(of: .wget2, negotiation, .plain) == ["run 1: 0 resumed"])
  }

  @Test(.needs(.nginx, .compiler, .libcurlGnuTLS), arguments: Negotiation.allCases)
  func curl(negotiation: Negotiation) throws { try expectAnswers(.curl, negotiation) }

  @Test(.needs(.nginx, .lftp), arguments: Negotiation.allCases)
  func lftp(negotiation: Negotiation) throws { try expectAnswers(.lftp, negotiation) }

  @Test(
    "lftp's data connection resumes the control connection's session, as vsftpd demands", .needs(.vsftpd, .lftp),
    arguments: Negotiation.withoutServer)
  func lftpFTPS(negotiation: Negotiation) throws { try expectAnswers(.lftpFTPS, negotiation) }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitListing(negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(.gitListing, negotiation)
    for result in runs.results { #expect(result.standardOutput.contains("\trefs/heads/main\n")) }
  }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitClone(negotiation: Negotiation) throws { try TwoRuns.expectNoHelp(.gitClone, negotiation) }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitFetch(negotiation: Negotiation) throws { try TwoRuns.expectNoHelp(.gitFetch, negotiation) }

  @Test(.needs(.nginx, .aptHTTPS), arguments: Negotiation.withoutProgram)
  func apt(negotiation: Negotiation) throws { try expectUpdates(.apt, negotiation) }

  @Test(.needs(.nginx, .aptHTTPS, .superuser), arguments: Negotiation.withoutProgram)
  func aptSandboxed(negotiation: Negotiation) throws { try expectUpdates(.aptSandboxed, negotiation) }

  @Test(.needs(.nginx, .compiler), arguments: ForeignProgram.simpleClients, Negotiation.allCases)
  func client(program: ForeignProgram, negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(program, negotiation)
    #expect(runs.results.map(\.standardOutput) == ["full\n", "full\n"])
  }

  @Test(.needs(.nginx, .compiler), arguments: Negotiation.allCases)
  func threads(negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(.threads, negotiation)
    for result in runs.results {
      #expect(result.standardOutput.split(separator: "\n") == Array(repeating: "full", count: 64))
    }
  }

  @Test("A client that resumes by itself", .needs(.nginx, .compiler), arguments: Negotiation.allCases)
  func own(negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(.own, negotiation)
    for result in runs.results { #expect(result.standardOutput == "full\nresumed\n") }
  }

  /// Programs that print what they fetched.
  private func expectAnswers(_ program: ForeignProgram, _ negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(program, negotiation)
    #expect(runs.results.map(\.standardOutput) == ["answered\n", "answered\n"])
  }

  private func expectUpdates(_ program: ForeignProgram, _ negotiation: Negotiation) throws {
    let runs = try TwoRuns.expectNoHelp(program, negotiation)
    for result in runs.results { #expect(result.standardOutput.contains("./ Packages")) }
  }
}
