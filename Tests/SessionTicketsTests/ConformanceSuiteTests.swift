import SessionTickets
import SessionTicketsTesting
import Testing

@Suite("The suite for stores")
struct ConformanceSuiteTests {
  /// The check that must find each fault. Others may find it too.
  static let culprits: [(FaultyStore.Fault, String)] = [
    (.givesTicketsTwice, "a ticket is given once"),
    (.losesTheClaimRace, "of eight concurrent takers, each ticket is given to one"),
    (.forgetsSessions, "a session is given again and again"),
    (.givesSessionsOnce, "a session is given again and again"),
    (.letsEveryReplacementWin, "of eight concurrent replacements of a record, one wins"),
    (.acceptsExistingIDs, "an id that exists is refused, and nothing changes"),
    (.keepsSessionBesideTicket, "a ticket removes the identity's session"),
    (.ignoresExpiry, "a record is given until the second before its expiry"),
    (.ignoresBounds, "of an identity's records, the newest stay"),
    (.ignoresBounds, "in total, the newest records stay"),
    (.ignoresBounds, "the bytes are bounded, and the newest records stay"),
    (.givesOldestFirst, "the newest ticket is given first"),
    (.changesBytes, "what comes out are the bytes that went in"),
    (.mixesServers, "a server's records are not given to another server"),
    (.sharesNotes, "the notes of a server and of its identities are different notes"),
    (.keepsNotesOfARemovedServer, "all records and notes of a server are removed, and no others"),
    (.hidesOtherIdentities, "a miss tells that the server has live records of other identities"),
    (.doesNotCountExpired, "an expired record is removed by a take, and counted"),
    (.tellsNoLookUp, "the observer sees a miss"),
    (.tellsWrongReasons, "a record is removed once"),
    (.staysOpen, "every call after closing is refused"),
    (.listsNewestFirst, "the records of a server are listed oldest first"),
    (.visitsOnAndOn, "a visit ends when the closure says so"),
    (.purgesEverything, "a purge removes what has expired, and nothing else"),
    (.takesHugeNotes, "a note larger than the limit is refused"),
    (.claimsWhatItShows, "showing claims nothing"),
    (.givesWhatHasGone, "what was removed since it was shown can't be claimed"),
    (.givesWhatHasGone, "of eight concurrent claims of a ticket, one succeeds"),
    (.givesOldestFirst, "tickets are shown before the session, and the newest first"),
    (.ignoresExpiry, "what has expired since it was shown can't be claimed, and goes"),
    (.ignoresTheLimit, "no more is shown than the limit says"),
    (.keepsForARemovedServer, "what comes of before a server was forgotten is refused"),
    (.keepsForARemovedServer, "what comes of before a removal of everything is refused"),
    (.comparesOnlyBefore, "of concurrent insertions and a removal of everything, nothing older than it stays"),
    (.changesGenerationAlways, "a generation lasts until everything of the store or of a server is removed"),
  ]

  @Test("It finds a store that:", arguments: culprits)
  func findsFault(fault: FaultyStore.Fault, name: String) throws {
    let suite = StoreConformance { bounds, observer in FaultyStore(fault, bounds: bounds, observer: observer) }
    let check = try #require(suite.checks.first { $0.name == name })
    #expect(throws: ConformanceFailure.self) { try check.run() }
  }

  @Test("Every fault is looked for")
  func coversEveryFault() {
    #expect(Set(Self.culprits.map(\.0)) == Set(FaultyStore.Fault.allCases))
  }

  @Test("A failure names the check and what was expected")
  func describesFailure() throws {
    let suite = StoreConformance { bounds, observer in
      FaultyStore(.givesTicketsTwice, bounds: bounds, observer: observer)
    }
    let check = try #require(suite.checks.first { $0.name == "a ticket is given once" })
    let failure = try #require(throws: ConformanceFailure.self) { try check.run() }
    #expect(failure.check == check.name)
    #expect(failure.expectation.hasPrefix("the second take: expected nil, got"))
  }

  @Test("No two checks have the same name")
  func namesAreDifferent() {
    let names = StoreContractTests.memory.checks.map(\.name)
    #expect(Set(names).count == names.count)
  }
}
