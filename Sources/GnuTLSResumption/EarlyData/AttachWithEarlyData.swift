public import SessionTickets

extension Resumption {
  /// Lets a session resume, as ``attach(to:identity:verification:hook:)`` does, and sends bytes with its first flight if that is
  /// allowed (early data, RFC 8446, section 2.3), so that their answer is there a round trip earlier. For who makes the
  /// connection again where it breaks. See <doc:EarlyData>.
  ///
  /// What has become of them, ``Outcome/earlyData`` says after ``Attachment/handshakeDone(_:)``. **Unless they were accepted,
  /// they are to be sent then**, as the first bytes. If the handshake fails, or doesn't end in the time that its owner has for
  /// it, they are in doubt: tell so by `handshakeDone`, and connect again by the same calls. None go early there, and the
  /// server gets none for a day if that works.
  ///
  /// The socket must be connected before, and `gnutls_handshake` called within ten seconds: a later one fails before anything
  /// is sent. A push function that answers "again" after the ClientHello makes GnuTLS break the handshake.
  /// - Parameters:
  ///   - session: A client's `gnutls_session_t`, borrowed until `detach`.
  ///   - identity: All of the session's setup, as ``attach(to:identity:verification:hook:)`` takes it.
  ///   - verification: Who verifies the peer. Only where the engine does, bytes go early.
  ///   - hook: The application's own handshake hook, if it has one.
  ///   - earlyData: Bytes that may be replayed by whoever sees them, and may come twice as the connection is made again, without
  ///     harm, such as a GET that changes nothing. More than 16,384 don't go early. Empty where the first bytes aren't safe:
  ///     this is the plain attachment then, but for its tickets, as only those that come this way can carry early data.
  ///   - marks: The folder for the marks that keep early data from being sent twice: see
  ///     ``TLSConfiguration/earlyDataMarks``.
  /// - Throws: As ``attach(to:identity:verification:hook:)``.
  public func attach(
    to session: OpaquePointer, identity: ConnectionIdentity, verification: Verification,
    hook: ApplicationHook? = nil, earlyData: [UInt8], marks: RawPath? = nil
  ) throws(GnuTLSError) -> Attachment {
    let groups = (try? PriorityList(identity)).map {
      SentGroups($0, sharesOneKey: false, isPartitioned: !identity.partition.isEmpty)
    }
    let plan = EarlyDataPlan(count: earlyData.count, most: Self.mostOfAttachment, marks: marks, groups: groups)
    let rules = plan.rules
    let latest = Deadline(milliseconds: Self.patience)
    let context = try unsafe attached(to: session, identity, verification, hook, rules: rules)
    if !earlyData.isEmpty { context.earlyData = context.sendEarlyIfAllowed(earlyData, by: rules, until: latest) }
    return Attachment(context)
  }

  /// More than a record holds would go in several, between which a transport that isn't ours may answer "again".
  private static let mostOfAttachment = 16_384
  /// For that long it holds that early data may be sent; in milliseconds.
  private static let patience = 10_000.0
}

extension SessionContext {
  fileprivate func sendEarlyIfAllowed(
    _ bytes: [UInt8], by rules: EarlyDataRules, until latest: Deadline
  ) -> EarlyDataOutcome {
    let reason = rules.reason()
    // What was said of a ticket that somebody else has claimed means nothing.
    guard offered != nil || reason == .used else { return .notOffered(.noTicket) }
    guard reason == nil, let ticket = rules.ticket() else { return .notOffered(reason ?? .noMarks) }
    do throws(GnuTLSError) {
      try sendEarly(bytes, with: ticket, until: latest)
      return .inDoubt
    } catch {
      return .notOffered(.refusedByGnuTLS)
    }
  }
}
