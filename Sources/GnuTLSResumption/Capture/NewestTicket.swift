internal import SessionTickets

/// Where the ticket is that GnuTLS would give whoever asks for session data.
enum NewestTicket {
  /// Not with the engine: there is none, or it has been refused or ceded.
  case elsewhere
  /// The last of those that wait to be stored.
  case waiting
  /// On its way to the store: until it is there, nobody else may use it.
  case leaving
  case stored(RecordKey)
  /// Somebody else has it, or may have.
  case used
}
