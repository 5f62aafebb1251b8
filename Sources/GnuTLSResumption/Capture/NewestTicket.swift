internal import Glibc
internal import SessionTickets

/// Where the ticket is that GnuTLS would give whoever asks for session data.
enum NewestTicket {
  /// Not with the engine: there is none, or it has been refused or ceded.
  case elsewhere
  /// Captured by a process, the last of those that wait to be stored.
  case captured(by: Int32)
  case stored(RecordKey)
  /// Somebody else has it, or may have.
  case used
}

extension SessionContext {
  /// Lets go of the newest ticket, which somebody else is about to use.
  /// - Returns: False if it may have been used already.
  func cedeNewestTicket() -> Bool {
    guard session.isTLS13 else { return true }
    // It isn't to be captured later either.
    isNewestTicketTaken = true
    newestTicket = letGoOfNewestTicket() ? .elsewhere : .used
    if case .used = newestTicket { return false }
    return true
  }

  private func letGoOfNewestTicket() -> Bool {
    switch newestTicket {
    case .elsewhere: return true
    case .used: return false
    case .captured(let owner):
      if !captured.isEmpty {
        captured[captured.count - 1].sessionData.wipe()
        captured.removeLast()
        refuse(.ceded)
      }
      // A process that forked still has it, and will store it.
      return owner == getpid()
    case .stored(let key):
      ticketsStored -= 1
      refuse(.ceded)
      do throws(StoreError) {
        return try engine.store.get().remove(key, because: .taken)
      } catch {
        record(error)
        return false
      }
    }
  }
}
