package import SessionTickets

/// What has become of the tickets in a file.
package struct ImportedTickets: Sendable {
  package internal(set) var tickets = 0
  package internal(set) var sessions = 0
  /// Those that had ended on the way.
  package internal(set) var expired = 0
  /// Those that could not be stored: they are nobody's now.
  package internal(set) var lost = 0
  /// When the last of them ends, in seconds since 1970.
  package internal(set) var end: Int64 = 0
  /// Why something is lost.
  package internal(set) var trouble: StoreError?
}

extension TicketMover {
  /// Keeps the tickets of a file that was exported for this store, which takes it once.
  /// - Parameters:
  ///   - file: All of its bytes.
  ///   - sender: The store that has exported it. Whoever could choose the tickets could pass for every server.
  /// - Throws: Then nothing has changed, and the file can be imported as before.
  package func `import`(_ file: [UInt8], from sender: StoreID) throws(StoreError) -> ImportedTickets {
    guard var identity = try identity(create: false) else {
      throw Self.failure("the file is for another store: this one has no id yet")
    }
    defer { identity.wipe() }
    var moved = try open(file, from: sender, identity)
    defer { moved.wipe() }
    guard let digest = SHA256.digest(file) else { throw Self.failure("GnuTLS gives no digest") }
    let now = engine.now
    // Of all, whatever has ended by now: it is the same whenever the file comes.
    let end = moved.entries.reduce(Int64.min) { max($0, $1.contents.end) }
    guard now.seconds < end else { throw Self.failure("all tickets in the file have ended") }
    let store = try engine.local.store.get()
    // What is removed from now on goes with all the rest.
    let generation = try store.generation()
    guard try marks.mark(digest, sealedFor: identity.marks, endingAt: end, now: now) else {
      throw Self.failure("the file was imported before: a ticket is used only once")
    }
    var result = ImportedTickets()
    for index in moved.entries.indices {
      let entry = moved.entries[index]
      guard now.seconds < entry.contents.end else {
        result.expired += 1
        continue
      }
      do throws(StoreError) {
        try keep(entry, in: store, generation, identity.ring.newest, now)
        result.end = max(result.end, entry.contents.end)
        switch entry.kind {
        case .ticket: result.tickets += 1
        case .session: result.sessions += 1
        }
      } catch {
        // Once: under two ids it could be used twice.
        result.lost += 1
        result.trouble = error
      }
    }
    return result
  }

  private func keep(
    _ entry: MovedTickets.Entry, in store: any TicketStore, _ generation: StoreGeneration, _ key: MasterKey,
    _ now: WallTime
  ) throws(StoreError) {
    var contents = entry.contents
    // Whatever they say.
    contents.forgetOrigin()
    contents.verdict?.inputs = nil
    let place = try IdentityDigests.place(of: contents.server, fields: contents.identityFields, key: key)
    let record = try contents.sealed(as: entry.kind, expiry: contents.end, at: place, under: key)
    try store.insert(record, at: place, generation: generation, now: now)
  }

  /// Opens the file, all of which comes from that store, for this one.
  private func open(
    _ file: [UInt8], from sender: StoreID, _ identity: Identity
  ) throws(StoreError) -> MovedTickets {
    let keySize = Curve25519KeyPair.byteCount
    guard file.count <= Self.mostBytes else { throw Self.failure("the file is larger than an export can be") }
    guard file.starts(with: Self.magic.dropLast()), file.count > Self.headerSize else {
      throw Self.failure("this is no file of 'gnutls-resume export', or only the beginning of one")
    }
    guard file.starts(with: Self.magic) else {
      throw Self.failure("the file was exported by another version of gnutls-resume, in a format unknown here")
    }
    let header = Array(file.prefix(Self.headerSize))
    guard let pair = identity.pair(header[Self.magic.count...].prefix(keySize)) else {
      throw Self.failure(
        "the file is for another store, which alone can open it; 'gnutls-resume stats' shows this one's id")
    }
    guard header.suffix(keySize).elementsEqual(sender.publicKey) else {
      throw Self.failure("the file isn't from the store that --from names")
    }
    guard
      var bytes = MoveSeal.open(
        file[Self.headerSize...], associatedData: header, info: Self.info, from: sender.publicKey, to: pair)
    else { throw Self.failure("the file is damaged, or isn't from the store that --from names") }
    defer { bytes.wipe() }
    guard let version = MovedTickets.gnutlsVersion(of: bytes) else {
      throw Self.failure("the file was exported by another version of gnutls-resume, in a format unknown here")
    }
    guard version == GnuTLSVersion.current else {
      throw Self.failure(
        "the tickets in the file are of GnuTLS \(version), and this machine has GnuTLS \(GnuTLSVersion.current), which "
          + "can't use them")
    }
    guard let moved = MovedTickets(bytes) else {
      throw Self.failure("the file was exported by another version of gnutls-resume, in a format unknown here")
    }
    return moved
  }
}
