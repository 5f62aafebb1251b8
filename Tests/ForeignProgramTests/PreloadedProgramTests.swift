import TestPeers
import Testing

/// Foreign programs with the preloaded libraries: the second run resumes, as the server says, and all else is as without.
struct PreloadedProgramTests {
  @Test(.needs(.nginx, .gnutlsCli), arguments: Negotiation.allCases)
  func gnutlsCli(negotiation: Negotiation) throws { try expectResumption(.gnutlsCli, negotiation) }

  @Test(.needs(.nginx, .wget), arguments: Negotiation.allCases)
  func wget(negotiation: Negotiation) throws { try expectResumption(.wget, negotiation) }

  @Test(.needs(.nginx, .wget2), arguments: Negotiation.allCases)
  func wget2(negotiation: Negotiation) throws { try expectResumption(.wget2, negotiation) }

  @Test("wget2 with a session file of its own is left alone", .needs(.nginx, .wget2), arguments: Negotiation.allCases)
  func wget2WithSessions(negotiation: Negotiation) throws {
    let preload = try Preload()
    #expect(try TwoRuns.discrepancies(of: .wget2WithSessions, negotiation, preload.launch) == [])
    #expect(preload.events.last == "left alone: the program resumes by itself")
  }

  @Test(.needs(.nginx, .compiler, .libcurlGnuTLS), arguments: Negotiation.allCases)
  func curl(negotiation: Negotiation) throws { try expectResumption(.curl, negotiation) }

  @Test(.needs(.nginx, .lftp), arguments: Negotiation.allCases)
  func lftp(negotiation: Negotiation) throws { try expectResumption(.lftp, negotiation) }

  @Test(
    "lftp's data connection still resumes by itself, and its control connection by a ticket", .needs(.vsftpd, .lftp),
    arguments: Negotiation.withoutServer)
  func lftpFTPS(negotiation: Negotiation) throws {
    let preload = try Preload()
    #expect(try TwoRuns.discrepancies(of: .lftpFTPS, negotiation, preload.launch) == [])
    // Of TLS 1.3 tickets it is known where they came from.
    let leftAlone = preload.events.count { $0 == "left alone: the program resumes by itself" }
    #expect(leftAlone == (negotiation == .tls13 ? 0 : 2))
    #expect(preload.events.count { $0.hasPrefix("resumed") } == (negotiation == .tls13 ? 3 : 1))
    // What has carried plain text may lead to a proxy: the server's port isn't known.
    #expect(preload.folder.read("log").contains(": localhost: resumed"))
  }

  @Test("What comes over lftp's data connection is kept: each further run resumes", .needs(.vsftpd, .lftp))
  func lftpFTPSAgain() throws {
    let server = try VsftpdServer()
    let visitor = try Visitor(port: server.port)
    for _ in 0..<4 { #expect(try visitor.run(.lftpFTPS).standardOutput == "answered\n") }
    #expect(server.waitForHandshakes(8).map(\.resumed) == [false] + Array(repeating: true, count: 7))
  }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitListing(negotiation: Negotiation) throws { try expectResumption(.gitListing, negotiation) }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitClone(negotiation: Negotiation) throws { try expectResumption(.gitClone, negotiation) }

  @Test(.needs(.nginx, .git, .fcgiwrap), arguments: Negotiation.withoutProgram)
  func gitFetch(negotiation: Negotiation) throws { try expectResumption(.gitFetch, negotiation) }

  @Test(.needs(.nginx, .aptHTTPS), arguments: Negotiation.withoutProgram)
  func apt(negotiation: Negotiation) throws {
    if ForeignProgram.aptUsesGnuTLS { return try expectResumption(.apt, negotiation) }
    let preload = try Preload()
    #expect(try TwoRuns.discrepancies(of: .apt, negotiation, preload.launch) == ["run 1: 0 resumed"])
    #expect(preload.events == [] && preload.records.isEmpty)
  }

  @Test(
    "apt's method as another user, who can't write the store, goes without", .needs(.nginx, .aptHTTPS, .superuser),
    arguments: Negotiation.withoutProgram)
  func aptSandboxed(negotiation: Negotiation) throws {
    let preload = try Preload()
    let found = try TwoRuns.discrepancies(of: .aptSandboxed, negotiation, preload.launch)
    #expect(found == ["run 1: 0 resumed"])
    #expect(preload.records.isEmpty)
  }

  @Test(
    "apt's method as another user, for whom root has made a place, resumes",
    .needs(.nginx, .aptHTTPS, .superuser, .mountNamespaces), .enabled(if: ForeignProgram.aptUsesGnuTLS))
  func aptWithAPlace() throws {
    let preload = try Preload()
    let variable = preload.folder.file("lib")
    let making = try ProcessRunner.run(
      [
        "unshare", "-m", "--propagation", "private", "sh", "-c",
        "mkdir -m 0755 \(variable) && mount --bind \(variable) /var/lib && exec \(preload.tool) user add _apt",
      ])
    try #require(making.status == 0, "\(making.output)")
    let launch = Launch(prefix: [
      "unshare", "-m", "--propagation", "private", "sh", "-c", "mount --bind \(variable) /var/lib && exec \"$@\"", "sh",
      preload.tool, "run", "--",
    ])
    #expect(try TwoRuns.discrepancies(of: .aptSandboxed, .tls13, launch) == [])
  }

  @Test(
    .needs(.nginx, .compiler), arguments: ForeignProgram.simpleClients.filter { !$0.trustsAnybody },
    Negotiation.allCases)
  func client(program: ForeignProgram, negotiation: Negotiation) throws { try expectResumption(program, negotiation) }

  @Test("With functions of its own to send and receive by", .needs(.nginx, .compiler), arguments: Negotiation.allCases)
  func ownTransport(negotiation: Negotiation) throws {
    try expectResumption(.client("own transport", "own-transport"), negotiation)
  }

  @Test(
    "64 threads: as many resume as tickets are kept", .needs(.nginx, .compiler), arguments: Negotiation.withoutServer)
  func threads(negotiation: Negotiation) throws {
    let preload = try Preload()
    let found = try TwoRuns.discrepancies(of: .threads, negotiation, preload.launch, minimum: 4)
    #expect(found == [], "\(Dictionary(preload.events.map { ($0, 1) }, uniquingKeysWith: +)), \(preload.records)")
  }

  @Test("A client that resumes by itself goes on to do so", .needs(.nginx, .compiler), arguments: Negotiation.allCases)
  func own(negotiation: Negotiation) throws {
    let preload = try Preload()
    let found = try TwoRuns.discrepancies(of: .own, negotiation, preload.launch, minimum: 1)
    #expect(found == [])
    let leftAlone = preload.events.count { $0 == "left alone: the program resumes by itself" }
    #expect(leftAlone == (negotiation == .tls13 ? 0 : 2))
  }

  @Test("After a resumption under TLS 1.2 has worked, clients of TLS 1.3 resume there too", .needs(.nginx, .compiler))
  func tls12HasWorked() throws {
    let server = try NginxServer(.init(tls12: true))
    let visitor = try Visitor(port: server.port)
    let old = ForeignProgram.client("restricted", "priority=\(tls12Priorities)")
    let new = ForeignProgram.client("unrestricted")
    let outputs = try [new, new, old, old, new].map { try visitor.run($0).standardOutput }
    #expect(outputs == ["full\n", "full\n", "full\n", "resumed\n", "resumed\n"])
    #expect(visitor.preload.events.dropLast().last?.hasPrefix("resumed") == true)
    #expect(server.waitForConnections(5).map(\.resumed) == [false, false, false, true, true])
  }

  /// A server of TLS 1.2 may have learnt TLS 1.3 meanwhile: a program that could speak it is offered nothing there.
  private func expectResumption(_ program: ForeignProgram, _ negotiation: Negotiation) throws {
    let preload = try Preload()
    let found = try TwoRuns.discrepancies(of: program, negotiation, preload.launch)
    let last = preload.events.last ?? "nothing"
    if program.forbidsExtendedMasterSecret.contains(negotiation) {
      #expect(found == ["run 1: 0 resumed"])
      #expect(last.hasPrefix("full (noTicket)") && preload.records.isEmpty, "\(preload.events)")
    } else if negotiation == .tls12ByServer {
      #expect(found == ["run 1: 0 resumed"])
      #expect(last.hasPrefix("full (withheld)"), "\(preload.events)")
    } else {
      #expect(found == [])
      #expect(last.hasPrefix("resumed"), "\(preload.events)")
    }
  }
}

extension NginxServer.Options {
  init(tls12: Bool) {
    self.init()
    protocols = tls12 ? ["TLSv1.2"] : ["TLSv1.3"]
  }
}
