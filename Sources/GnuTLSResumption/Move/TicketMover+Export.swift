package import SessionTickets

/// Tickets that have left their store, and the file in which they are.
package struct ExportedTickets: Sendable {
  package internal(set) var file: [UInt8] = []
  package internal(set) var tickets = 0
  package internal(set) var sessions = 0
  /// Those that have stayed, as they can't be moved: others have used them, or GnuTLS has another version by now.
  package internal(set) var left = 0
  /// When the last of them ends, and the file with it, in seconds since 1970.
  package internal(set) var end: Int64 = 0
  /// Why no more have left, if the store has failed on the way.
  package internal(set) var trouble: StoreError?
}

extension TicketMover {
  /// Takes the tickets of some servers out of the store, for good, and seals them for another.
  /// - Parameters:
  ///   - recipient: The other store.
  ///   - isWanted: Which servers'.
  /// - Returns: With an empty file if there are none.
  /// - Throws: Then nothing has left the store, but what the message says.
  package func export(
    for recipient: StoreID, of isWanted: (ServerIdentity) -> Bool
  ) throws(StoreError) -> ExportedTickets {
    guard recipient.gnutlsVersion == GnuTLSVersion.current else {
      throw Self.failure(
        "the tickets here are of GnuTLS \(GnuTLSVersion.current), and the store they would be for has GnuTLS "
          + "\(recipient.gnutlsVersion), which can't use them; nothing is exported")
    }
    var result = ExportedTickets()
    guard let ring = try engine.keyRing(create: false) else { return result }
    let found = try records(of: isWanted, ring)
    guard !found.isEmpty, var identity = try identity(create: true), let ownKey = identity.pairs.first?.publicKey else {
      return result
    }
    defer { identity.wipe() }
    guard identity.pair(recipient.publicKey) == nil else {
      throw Self.failure("that is the id of the store that the tickets are in; nothing is exported")
    }
    let header = Self.magic + recipient.publicKey + ownKey
    // Whatever may prevent it is to show before anything has gone.
    _ = try MoveSeal.seal([], associatedData: header, info: Self.info, from: identity.pairs[0], to: recipient.publicKey)
    var moved = claim(found, ring, &result)
    defer { moved.wipe() }
    if moved.entries.isEmpty {
      if let trouble = result.trouble { throw trouble }
      return result
    }
    var bytes = moved.bytes
    defer { bytes.wipe() }
    do throws(StoreError) {
      result.file =
        try header
        + MoveSeal.seal(
          bytes, associatedData: header, info: Self.info, from: identity.pairs[0], to: recipient.publicKey)
    } catch {
      throw StoreError(
        error.code, "\(moved.entries.count) tickets have left the store, and are lost: \(error.message)",
        place: error.place, errno: error.errno)
    }
    return result
  }

  /// Live records of servers that are wanted, the newest first.
  private func records(
    of isWanted: (ServerIdentity) -> Bool, _ ring: KeyRing
  ) throws(StoreError) -> [RecordSummary] {
    let store = try engine.local.store.get()
    let now = engine.now
    var live: [RecordSummary] = []
    try store.forEachRecord { summary in
      if !now.isPast(expiry: summary.expiry) { live.append(summary) }
      return true
    }
    var wanted: [StoreKey: Bool] = [:]
    var result: [RecordSummary] = []
    for summary in live {
      let place = summary.key.place
      if wanted[place] == nil, let record = try store.read(summary.key),
        var contents = ring.contents(of: record, identity: place.identity)
      {
        wanted[place] = isWanted(contents.server)
        contents.sessionData.wipe()
      }
      if wanted[place] == true { result.append(summary) }
    }
    result.sort { $0.inserted > $1.inserted }
    return result
  }

  /// Claims what can be moved, as far as there is room in a file.
  /// - Returns: The oldest first.
  private func claim(_ summaries: [RecordSummary], _ ring: KeyRing, _ result: inout ExportedTickets) -> MovedTickets {
    let digests = TrustDigests(of: engine)
    var entries: [MovedTickets.Entry] = []
    var room = Self.mostBytes - 4_096
    for summary in summaries {
      do throws(StoreError) {
        guard let (claimed, byteCount) = try claim(summary, ring, room) else {
          result.left += 1
          continue
        }
        var entry = claimed
        entry.contents.leave(digests)
        room -= byteCount
        result.end = max(result.end, entry.contents.end)
        switch entry.kind {
        case .ticket: result.tickets += 1
        case .session: result.sessions += 1
        }
        entries.append(entry)
      } catch {
        // What has been claimed is nobody else's: it goes on its way.
        result.trouble = error
        break
      }
    }
    return MovedTickets(gnutlsVersion: GnuTLSVersion.current, entries: entries.reversed())
  }

  /// Claims one, if it can be moved, and there is room for it. It leaves the store with that.
  /// - Returns: With what it takes in a file at most, in bytes.
  private func claim(
    _ summary: RecordSummary, _ ring: KeyRing, _ room: Int
  ) throws(StoreError) -> (MovedTickets.Entry, byteCount: Int)? {
    let store = try engine.local.store.get()
    let place = summary.key.place
    // What it depended on is told by contents in a file, which is never longer than by stamps; and seals are longer than
    // what they hold.
    guard let record = try store.read(summary.key), record.bytes.count <= room,
      let key = ring.key(record.header.masterKeyID),
      var contents = ring.contents(of: record, identity: place.identity)
    else { return nil }
    var isClaimed = false
    defer { if !isClaimed { contents.sessionData.wipe() } }
    let kind = record.header.kind
    let now = engine.now
    guard contents.gnutlsVersion == GnuTLSVersion.current, contents.isWhole(as: kind), now.seconds < contents.end,
      // The other store files it by the same fields.
      try IdentityDigests.place(of: contents.server, fields: contents.identityFields, key: key) == place,
      try isUnused(contents, kind, now)
    else { return nil }
    switch kind {
    case .ticket:
      let claimed = try store.claim(Candidate(record, at: place, inserted: summary.inserted), now: now)
      // Whatever a store returns: what was judged is moved.
      guard let claimed, claimed.record == record else { return nil }
    case .session: guard try store.remove(summary.key, because: .taken) else { return nil }
    }
    isClaimed = true
    return (MovedTickets.Entry(kind: kind, contents: contents), record.bytes.count)
  }

  /// Whether a ticket is this command's from here on: a program may have got it from GnuTLS too, and then whoever marks it
  /// first uses it.
  private func isUnused(_ contents: TicketContents, _ kind: RecordKind, _ now: WallTime) throws(StoreError) -> Bool {
    guard kind == .ticket else { return true }
    // The clock may have been set back since it came, and then no mark can be made.
    guard let ticket = try PackedTicket.find(in: contents.sessionData),
      ticket.expiry <= now.seconds.addingClamped(Int64(Lifetime.week))
    else { return false }
    return try SharedTickets(at: place).mark(ticket, now: now) == nil
  }
}
