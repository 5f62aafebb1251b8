internal import SessionTickets

/// Whether a connection's bytes may be sent with its first flight: decided when its ticket is about to be claimed, and for one
/// ticket, whose mark is made before anything else is done with it.
///
/// Confined to the connection's thread.
final class EarlyDataPlan {
  /// In seconds. Beyond that the rules for a user's runtime folder let somebody tidy up there (XDG Base Directory
  /// Specification): a mark might be missing.
  private static let mostAge: Int64 = 6 * 3_600
  /// What must be left of a lifetime, in seconds: GnuTLS goes by a clock of its own, and fails if it finds the ticket expired.
  private static let leastLeft: Int64 = 10

  /// How many bytes are to be sent; 0: none, and the connection only seals the marks' id into its tickets.
  private let count: Int
  /// How many may be sent at most, whatever a ticket allows.
  private let most: Int
  /// Nil for the user's own.
  private let folder: RawPath?
  private lazy var marks = place.map { EarlyDataMarks(at: $0) }
  /// Nil if the priorities can't be read: nothing is offered then.
  private let groups: SentGroups?
  /// Why they may not be sent early; nil once they may, of the ticket that was asked for last.
  private var reason: EarlyDataReason? = .noTicket
  /// The one that was marked last.
  private var ticket: Digest?

  init(count: Int, most: Int = .max, marks folder: RawPath?, groups: SentGroups?) {
    self.count = count
    self.most = most
    self.folder = folder
    self.groups = groups
  }

  /// A connection that is to send early data makes the place of the marks; any other only uses it.
  private var marksID: [UInt8] { ((try? marks?.id(create: count > 0)) ?? nil) ?? [] }

  private func mayClaim(_ candidate: ClaimableTicket, of setup: ClientSetup) -> Bool {
    guard count > 0 else { return true }
    reason = obstacle(candidate, setup) ?? mark(candidate.contents, setup)
    // Who has marked it has it, or had it: it isn't claimed once more.
    return reason != .used
  }

  private var place: FolderPlace? { folder.map { FolderPlace($0) } ?? StandardPlaces.earlyDataMarks() }

  var rules: EarlyDataRules {
    EarlyDataRules(
      mayClaim: { self.mayClaim($0, of: $1) }, marksID: { self.marksID }, reason: { self.reason },
      ticket: { self.ticket })
  }

  private func obstacle(_ candidate: ClaimableTicket, _ setup: ClientSetup) -> EarlyDataReason? {
    let (contents, now) = (candidate.contents, setup.now)
    guard case .engineVerifies = setup.verification, let verifier = setup.verifier else { return .verification }
    guard !candidate.isShared, !setup.isShared else { return .shared }
    guard setup.identity.clientCertificate == nil else { return .clientCertificate }
    guard candidate.isTicket else { return .oldVersion }
    guard contents.earlyDataLimit > 0 else { return .notAllowed }
    guard count <= min(Int(clamping: contents.earlyDataLimit), most) else { return .tooLarge }
    guard isFresh(contents, now: now) else { return .age }
    guard BootID.isTold, contents.bootID == BootID.current else { return .otherMarks }
    guard let groups, groups.allow(cipher: contents.cipher) else { return .cipher }
    guard groups.shareIsSent(of: contents.group, to: setup) else { return .group }
    guard ((try? setup.serverNotes.note()) ?? nil)?.mayBeSentEarlyData(now: now) != false else { return .resting }
    // A verification of the stored chain isn't enough: it knows less than that of a handshake.
    guard let verdict = contents.verdict, verifier.confirmed(verdict, now: now, unlessJustNow: true) != nil else {
      return .verdict
    }
    return nil
  }

  private func isFresh(_ contents: TicketContents, now: Int64) -> Bool {
    let (age, isAbsurd) = now.subtractingReportingOverflow(contents.issued)
    guard !isAbsurd, age >= 0, age <= Self.mostAge else { return false }
    let left = Int64(contents.lifetime) - age
    return left >= age && left >= Self.leastLeft
  }

  private func mark(_ contents: TicketContents, _ setup: ClientSetup) -> EarlyDataReason? {
    do throws(StoreError) {
      guard let marks, let ticket = try PackedTicket.find(in: contents.sessionData) else { return .noMarks }
      switch try marks.mark(
        ticket.digest, keptUnder: contents.marksID, endingAt: ticket.expiry, now: setup.engine.now)
      {
      case .marked:
        self.ticket = ticket.digest
        return nil
      case .used:
        setup.log("not offered: the ticket has carried early data before")
        return .used
      case .otherMarks: return .otherMarks
      }
    } catch {
      setup.log("early data: \(error)")
      return .noMarks
    }
  }
}
