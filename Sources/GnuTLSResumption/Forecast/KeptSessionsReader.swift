internal import SessionTickets

/// Reads what is kept of a connection's server, whatever its identity.
struct KeptSessionsReader {
  private let setup: ClientSetup

  init(_ setup: ClientSetup) { self.setup = setup }

  /// - Parameter foreseen: What the connection would make of its own.
  func read(_ foreseen: Foreseen) throws(StoreError) -> [KeptSessions] {
    var result: [(identity: Digest, newest: WallTime, sessions: KeptSessions)] = []
    for keeping in setup.keepings {
      guard let ring = try keeping.keyRing(create: false, now: setup.engine.now) else { continue }
      let store = try keeping.store.get()
      for key in ring.all {
        let own = try setup.place(under: key)
        for server in servers {
          for summary in try store.select(server: IdentityDigests.server(server, key: key)).reversed() {
            guard let record = try store.read(summary.key),
              var contents = ring.contents(of: record, identity: summary.key.place.identity)
            else { continue }
            contents.sessionData.wipe()
            if keeping.isShared { contents.takeIn(by: setup) }
            let isOwn = summary.key.place == own
            var described = describe(contents, summary, isOwn: isOwn, isShared: keeping.isShared)
            for judgement in foreseen.judgements where judgement.key == summary.key {
              described.judgement = judgement.kind
              described.judgementText = judgement.text
            }
            let identity = summary.key.place.identity
            if let index = result.firstIndex(where: { $0.identity == identity }) {
              result[index].sessions.records.append(described)
            } else {
              result.append((identity, summary.inserted, sessions(contents, [described], isOwn: isOwn)))
            }
          }
        }
      }
    }
    return result.sorted { left, right in
      let (isLeft, isRight) = (left.sessions.differences.isEmpty, right.sessions.differences.isEmpty)
      return isLeft == isRight ? left.newest > right.newest : isLeft
    }.map { $0.sessions }
  }

  /// Programs that let nobody know their port keep what is the same server's under none.
  private var servers: [ServerIdentity] {
    let server = setup.identity.server
    return server.port == 0 ? [server] : [server, ServerIdentity(name: server.name, port: 0)]
  }

  private func describe(
    _ contents: TicketContents, _ summary: RecordSummary, isOwn: Bool, isShared: Bool
  ) -> KeptRecord {
    var verdictEnd: Int64?
    var verdictStands: Bool?
    if let verdict = contents.verdict, let verifier = setup.verifier {
      verdictEnd = min(
        verdict.time.addingClamped(verifier.policy.verdictLifetime), verdict.responsesEnd, verdict.validity.until)
      if isOwn { verdictStands = verifier.confirmed(verdict, now: setup.now) != nil }
    }
    return KeptRecord(
      kind: summary.kind, program: contents.program.isEmpty ? nil : contents.program, isShared: isShared,
      issued: contents.issued, expiry: summary.expiry, verdictEnd: verdictEnd, verdictStands: verdictStands)
  }

  private func sessions(_ contents: TicketContents, _ records: [KeptRecord], isOwn: Bool) -> KeptSessions {
    let fields = IdentityFields(contents.identityFields)
    return KeptSessions(
      server: ServerIdentity(name: contents.serverName, port: contents.port),
      identity: fields.map { KeptIdentity($0) }, differences: isOwn ? [] : differences(contents, fields),
      gnutlsVersion: contents.gnutlsVersion, records: records)
  }

  private func differences(_ contents: TicketContents, _ kept: IdentityFields?) -> [KeptSessions.Field] {
    var result: [KeptSessions.Field] = []
    if contents.port != setup.identity.server.port { result.append(.port) }
    if contents.gnutlsVersion != GnuTLSVersion.current { result.append(.gnutls) }
    guard let kept else { return result + [.unknown] }
    let wanted = IdentityFields(setup.identity, setup.verification.kind)
    switch (kept.verification, wanted.verification) {
    case (let kept, let wanted) where kept == wanted: break
    case (.engine, .engine): result.append(.pins)
    default: result.append(.verification)
    }
    if kept.expectedName != wanted.expectedName { result.append(.expectedName) }
    if kept.applicationProtocols != wanted.applicationProtocols { result.append(.alpn) }
    if kept.priority != wanted.priority || kept.isPriorityAppended != wanted.isPriorityAppended {
      result.append(.priority)
    }
    if kept.clientCertificate != wanted.clientCertificate { result.append(.clientCertificate) }
    if kept.partition != wanted.partition { result.append(.partition) }
    return result
  }
}
