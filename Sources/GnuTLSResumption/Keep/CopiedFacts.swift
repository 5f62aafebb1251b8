internal import SessionTickets

/// What the store is told of a session, read from it once: for a thread that must leave it alone.
struct CopiedFacts {
  /// Nil where nothing can be kept.
  let session: SessionFacts?
  /// The group that the server has chosen under TLS 1.3.
  let group: String?

  init(_ context: SessionContext) {
    group = context.chosenGroup
    session = context.trusted.flatMap { trusted in
      trusted.origin.map { SessionFacts(context.setup, trusted, $0) }
    }
  }
}
