import ServerProbe
import TestPeers
import Testing

@Suite("A probe of OpenSSL's s_server says what it was told to do", .needs(.openssl))
struct OpenSSLTests {
  private func findings(
    reuse: Bool = false, _ change: (inout OpenSSLServer.Options) -> Void = { _ in }
  ) throws -> ProbeFindings {
    var options = OpenSSLServer.Options()
    change(&options)
    let server = try OpenSSLServer(options)
    defer { server.stop() }
    let findings = try Probing.run(server.port) { $0.triesReuse = reuse }
    #expect(findings.failures.isEmpty && findings.connections <= 10 && !findings.isCut)
    return findings
  }

  @Test("by default: both versions, two tickets and one, sessions of TLS 1.2 in both ways")
  func usual() throws {
    let findings = try findings()
    #expect(findings.versions == ["TLS1.3", "TLS1.2"] && findings.home == "127.0.0.1")
    #expect(findings.resumes == .yes && findings.reason == nil && findings.sharesKeys == nil)
    let tls13 = try #require(findings.tls13)
    #expect(tls13.ticketsPerFull == 2 && tls13.ticketsPerResumed == 1)
    #expect(tls13.lifetimes == 7200...7200 && tls13.sizes.map { $0.lowerBound > 100 } == true)
    #expect(tls13.earlyDataLimit == 0 && tls13.requests == .ignored && tls13.reuse == nil)
    #expect(!tls13.hasHelloRetryRequest && tls13.offers.made == 3 && tls13.offers.taken == 3)
    // By its default order, which GnuTLS's isn't; since 3.5 hybrid groups go first.
    #expect(tls13.announcedGroups.first { $0 < 4_587 } == 29)
    let tls12 = try #require(findings.tls12)
    #expect(tls12.tickets == .resumed && tls12.sessionIDs == .resumed && tls12.hasExtendedMasterSecret)
    #expect(tls12.lifetime == 7200 && tls12.size.map { $0 > 100 } == true)
    #expect(findings.full?.count == 2 && findings.resumed?.count == 3)
  }

  @Test("-num_tickets", arguments: [0, 1, 4])
  func count(_ count: Int) throws {
    let findings = try findings { $0.ticketCount = count }
    #expect(findings.tls13?.ticketsPerFull == count && findings.tls13?.ticketsPerResumed == (count == 0 ? nil : 1))
    #expect(findings.resumes == (count == 0 ? .onlyTLS12 : .yes))
    #expect(findings.reason == (count == 0 ? .nothingGiven : nil))
  }

  @Test("-no_ticket: TLS 1.2 resumes by session ids alone")
  func noTicket() throws {
    let findings = try findings { $0.tickets = false }
    #expect(findings.tls12?.tickets == .notGiven && findings.tls12?.sessionIDs == .resumed)
    #expect(findings.resumes == .yes)
  }

  @Test("-tls1_2: the older version alone, with times of its own")
  func tls12() throws {
    let findings = try findings { $0.versions = .tls12 }
    #expect(findings.versions == ["TLS1.2"] && findings.tls13 == nil && findings.resumes == .yes)
    #expect(findings.tls12?.tickets == .resumed && findings.tls12?.sessionIDs == .resumed)
    #expect(findings.full?.count == 3 && findings.resumed?.count == 4)
  }

  @Test("-tls1_3: the newer version alone; that the other is refused is no failure")
  func tls13() throws {
    let findings = try findings { $0.versions = .tls13 }
    #expect(findings.versions == ["TLS1.3"] && findings.tls12 == nil && findings.resumes == .yes)
  }

  @Test("-early_data: its limit; such a server takes no ticket twice, any other does", arguments: [0, 4096])
  func earlyData(limit: Int) throws {
    let findings = try findings(reuse: true) {
      if limit > 0 {
        $0.maxEarlyData = limit
        $0.style = .plain
      }
    }
    #expect(findings.tls13?.earlyDataLimit == UInt32(limit))
    #expect(findings.tls13?.reuse == (limit > 0 ? .declined : .accepted))
    #expect(findings.tls13?.offers.taken == findings.tls13?.offers.made)
  }

  @Test("a group for which GnuTLS sends no key share costs a HelloRetryRequest")
  func group() throws {
    let findings = try findings { $0.extra = ["-groups", "P-384"] }
    #expect(findings.tls13?.hasHelloRetryRequest == true && findings.tls13?.group == "SECP384R1")
    #expect(findings.tls12?.group == "SECP384R1")
  }
}
