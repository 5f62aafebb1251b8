package import SessionTickets

/// Tickets of TLS 1.3 that the engine and a program may both have, as the program has got them from GnuTLS too: whoever marks
/// one first uses it.
package final class SharedTickets: Sendable {
  private let marks: UseMarks
  private let captured = CapturedTickets()

  /// - Parameter place: The store's folder.
  package init(at place: FolderPlace) { marks = UseMarks(at: place) }

  // MARK: The engine

  /// A ticket has come, and nobody else has it yet but the program.
  func came(_ ticket: PackedTicket) { captured.add(ticket.digest) }

  /// What is known of it, which the program may use before it is kept.
  func came(_ ticket: PackedTicket, as known: KnownTicket) { captured.isKnown(ticket.digest, as: known) }

  /// Whether a ticket that came may go to the store: not if the program has used it, nor to a shared one if the program has
  /// got it. What has become of it is to be told.
  func mayStore(_ ticket: PackedTicket, isShared: Bool) -> Bool {
    captured.beginKeeping(ticket.digest, isShared: isShared)
  }

  func isStored(_ ticket: PackedTicket, as key: RecordKey, isShared: Bool) {
    captured.isStored(ticket.digest, as: key, isShared: isShared)
  }

  /// Whether the program has got it, while it waits.
  func isTaken(_ ticket: PackedTicket) -> Bool { captured.wasTaken(ticket.digest) }

  /// - Parameter isCertain: The store certainly doesn't have it.
  func isNotStored(_ ticket: PackedTicket, isCertain: Bool, isShared: Bool) {
    captured.isNotStored(ticket.digest, isCertain: isCertain, isShared: isShared)
  }

  /// Marks a ticket that the engine is about to claim.
  /// - Returns: Who was before it; nil if nobody.
  /// - Throws: If nobody can tell.
  func mark(_ ticket: PackedTicket, now: WallTime) throws(StoreError) -> TicketUser? {
    try marks.mark(ticket.digest, endingAt: ticket.expiry, by: .engine, now: now)
  }

  // MARK: The program

  /// The program has got session data of a session in which the engine takes no part.
  package func isGiven(_ sessionData: UnsafeRawBufferPointer) {
    if let ticket = unsafe (try? PackedTicket.find(in: sessionData)) ?? nil { captured.addCeded(ticket.digest) }
  }

  /// The program is about to use session data.
  /// - Parameter isReachable: The store's folder is still where its path leads.
  package func program(
    uses sessionData: UnsafeRawBufferPointer, of engine: Resumption, isReachable: Bool
  ) -> ProgramUse {
    do throws(StoreError) {
      // What isn't to be used only once, or is none that GnuTLS takes.
      guard let ticket = unsafe try PackedTicket.find(in: sessionData) else { return .own(nil) }
      return program(uses: ticket, of: engine, isReachable: isReachable)
    } catch {
      return .denied
    }
  }

  private func program(uses ticket: PackedTicket, of engine: Resumption, isReachable: Bool) -> ProgramUse {
    let known = captured.known(ticket.digest)
    do throws(StoreError) {
      guard isReachable else { throw StoreError(.unavailable, "the root folder has changed", place: "") }
      switch try marks.mark(ticket.digest, endingAt: ticket.expiry, by: .program, now: engine.now) {
      case .engine: return .denied
      case .program, nil:
        // Another machine sees no mark: what is shared must have been taken back, whoever has tried that before.
        if !withdraw(ticket, of: engine, isReachable: true), captured.isShared(ticket.digest) { return .denied }
      }
      return .own(known)
    } catch {
      // Without a mark it must certainly be nobody else's.
      return withdraw(ticket, of: engine, isReachable: isReachable) ? .own(known) : .denied
    }
  }

  /// Takes a ticket of this process out of the engine's hands.
  /// - Returns: Whether the program is certainly the only one who has it.
  @discardableResult
  private func withdraw(_ ticket: PackedTicket, of engine: Resumption, isReachable: Bool) -> Bool {
    switch captured.cede(ticket.digest) {
    case .nobody: return true
    case .unknown: return false
    case .store(let key, let isShared):
      guard isReachable, remove(key, isShared: isShared, of: engine) else { return false }
      captured.isCeded(ticket.digest)
      return true
    }
  }

  /// - Returns: Whether it was there.
  private func remove(_ key: RecordKey, isShared: Bool, of engine: Resumption) -> Bool {
    guard let keeping = isShared ? engine.shared : engine.local else { return false }
    return (try? StoreAtWork(keeping).remove(key, because: .taken)) == true
  }

  /// The program gets session data of a session in which the engine takes part. Where marks are this machine's alone, another
  /// must not have the ticket, nor get it later.
  package func isTaken(_ sessionData: UnsafeRawBufferPointer, of engine: Resumption, isReachable: Bool) {
    guard engine.shared != nil, let ticket = unsafe (try? PackedTicket.find(in: sessionData)) ?? nil else { return }
    switch captured.isTaken(ticket.digest) {
    case .nobody, .store(_, isShared: false): return
    case .store(let key, isShared: true):
      if isReachable, remove(key, isShared: true, of: engine) { return captured.isCeded(ticket.digest) }
    case .unknown: break
    }
    // Another machine may have it: it is no more the program's, neither in this process nor in one to come.
    _ = try? marks.mark(ticket.digest, endingAt: ticket.expiry, by: .engine, now: engine.now)
  }

  /// The program may use what it has got without being seen: all that this process has kept is its own.
  package func withdrawAll(of engine: Resumption) {
    for (digest, key, isShared) in captured.cedeAll() {
      if remove(key, isShared: isShared, of: engine), isShared { captured.isCeded(digest) }
    }
  }
}

/// What becomes of session data that a program wants to use.
package enum ProgramUse {
  /// The engine has used this ticket, or may have.
  case denied
  /// They are the program's. With what is known of the ticket, if it has come to this process.
  case own(KnownTicket?)
}
