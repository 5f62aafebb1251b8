package import SessionTickets

/// Who uses a ticket that both have: the engine, and a program that has got it from GnuTLS.
package enum TicketUser: UInt8, Sendable {
  case engine = 1
  case program = 2
}

/// Which of the two uses a ticket: whoever marks it first, in all processes that share the store. Of concurrent insertions of
/// one id a store lets one succeed, so the mark is a record whose id is the ticket's.
///
/// A ticket is told by the end of its session data, where it stands. Its beginning differs: the session id is replaced at
/// capture.
enum UseMark {
  /// In bytes.
  static let tailSize = 128

  /// The most that a ticket may live (RFC 8446, section 4.6.1), in seconds.
  private static let lifetime: Int64 = 7 * 24 * 3_600
  private static let purpose = Array("gnutls-resume/1 use\0".utf8)

  /// Nil if the data are too short for a ticket.
  fileprivate static func place(
    of sessionData: UnsafeRawBufferPointer, under key: MasterKey
  ) throws(StoreError) -> StoreKey? {
    guard sessionData.count > tailSize else { return nil }
    var message: [UInt8] = []
    message.reserveCapacity(purpose.count + tailSize)
    message += purpose
    unsafe message.append(contentsOf: sessionData.suffix(tailSize))
    defer { message.wipe() }
    let digest = try key.digest(message)
    return StoreKey(server: digest, identity: digest)
  }

  fileprivate static func id(at place: StoreKey) -> RecordID? {
    RecordID(place.identity.bytes.prefix(RecordID.byteCount))
  }

  fileprivate static func record(
    _ user: TicketUser, at place: StoreKey, id: RecordID, under key: MasterKey, now: WallTime
  ) throws(StoreError) -> SealedRecord? {
    do {
      // A session may be given again and again.
      return try RecordSeal.seal(
        [user.rawValue], kind: .session, expiry: now.seconds + lifetime, identity: place.identity, key: key, id: id)
    } catch {
      throw StoreError(.unavailable, "a mark can't be sealed: \(error)", place: "")
    }
  }

  /// What can't be read was the engine's, so that nobody uses the ticket again.
  fileprivate static func user(_ record: SealedRecord?, at place: StoreKey, under key: MasterKey) -> TicketUser {
    let contents = record.flatMap { RecordSeal.open($0, identity: place.identity, key: key) }
    return contents?.first.flatMap { TicketUser(rawValue: $0) } ?? .engine
  }
}

extension Resumption {
  /// Marks a ticket as used. May wait for the store.
  /// - Returns: Nil if nobody had; else who was first. Nil too where there is no key, and so nothing that the engine could
  ///   offer.
  package func mark(_ sessionData: UnsafeRawBufferPointer, usedBy user: TicketUser) throws(StoreError) -> TicketUser? {
    guard let ring = try keyRing(create: false) else { return nil }
    let store = try store.get()
    for key in ring.older {
      guard let place = unsafe try UseMark.place(of: sessionData, under: key), let id = UseMark.id(at: place) else {
        return nil
      }
      if let record = try store.read(RecordKey(place: place, id: id)) {
        return UseMark.user(record, at: place, under: key)
      }
    }
    guard let place = unsafe try UseMark.place(of: sessionData, under: ring.newest), let id = UseMark.id(at: place),
      let record = try UseMark.record(user, at: place, id: id, under: ring.newest, now: now)
    else { return nil }
    do throws(StoreError) {
      try store.insert(record, at: place, generation: nil, now: now)
      return nil
    } catch {
      guard error.code == .idExists else { throw error }
      return UseMark.user(try store.read(RecordKey(place: place, id: id)), at: place, under: ring.newest)
    }
  }
}
