internal import SessionTickets

extension TLSConnection {
  /// Tells what ``connect(to:port:configuration:)`` would do now, by its own search: but nobody is connected to, and nothing
  /// claimed, removed or noted.
  ///
  /// What only shows when it is tried isn't foretold: that the server declines, that somebody else claims the ticket
  /// first, that the store can be read but not written.
  /// - Throws: ``ConnectionError`` where the connection would throw it before it connects.
  package static func forecast(
    to host: String, port: UInt16 = 443, configuration: TLSConfiguration = .init()
  ) throws(ConnectionError) -> Forecast {
    try ConnectionAttempt(host: host, port: port, configuration: configuration).foresee()
  }
}

extension ConnectionAttempt {
  fileprivate func foresee() throws(ConnectionError) -> Forecast {
    let credentials = try loadCredentials()
    let client = try setUp(.unconnected(), credentials).client
    let setup = makeSetup(client, credentials, nil)
    let foreseen = SessionContext(setup, attempt: .first).foresee()
    var storeError = foreseen.storeError
    var kept: [KeptSessions] = []
    do throws(StoreError) {
      kept = try KeptSessionsReader(setup).read(foreseen)
    } catch {
      storeError = storeError ?? error
    }
    let note = (try? setup.serverNotes.note()) ?? nil
    return Forecast(
      server: server, reason: foreseen.offer == nil ? foreseen.reason : nil, storeError: storeError,
      rest: note.flatMap { OffersRest($0.offers, now: setup.now) },
      contactsWithoutTickets: Int(note?.pace.contactsWithout ?? 0), kept: kept)
  }
}
