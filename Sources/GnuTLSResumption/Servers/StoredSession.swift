internal import SessionTickets

/// How a server's TLS 1.2 session is filed and sealed.
struct StoredSession {
  /// So long may GnuTLS's ids be, in bytes (RFC 5246, section 7.4.1.2).
  static let maximumIDByteCount = 32
  private static let version: UInt8 = 1

  let id: [UInt8]
  let context: Digest
  /// When the full handshake was, by this library's clock.
  let created: WallTime
  /// Secret. Whoever has it wipes it.
  private(set) var data: [UInt8]

  init(id: [UInt8], context: HostContext, created: WallTime, data: [UInt8]) {
    self.id = id
    self.context = context.digest
    self.created = created
    self.data = data
  }

  /// Where a session is that has been sealed with that master key: of one context and one id there is one, and another
  /// GnuTLS, which couldn't read it, doesn't find it.
  static func place(id: [UInt8], context: Digest, key: MasterKey) throws(StoreError) -> StoreKey {
    var message = Array("gnutls-resume/1 server session\0".utf8)
    message.append(text: StoreRole.server.rawValue)
    message.append(text: GnuTLSVersion.current)
    message.append(context)
    message.append(field: id)
    let digest = try key.digest(message)
    return StoreKey(server: digest, identity: digest)
  }

  /// Nil if it would be larger than a store keeps.
  func seal(at place: StoreKey, expiry: Int64, key: MasterKey) throws(StoreError) -> SealedRecord? {
    var contents: [UInt8] = []
    // All at once, so that no copy is left behind.
    contents.reserveCapacity(1 + Digest.byteCount + 8 + 1 + id.count + data.count)
    contents.append(Self.version)
    contents.append(context)
    contents.append(bigEndian: created.nanoseconds)
    contents.append(UInt8(truncatingIfNeeded: id.count))
    contents.append(contentsOf: id)
    contents.append(contentsOf: data)
    defer { contents.wipe() }
    do {
      return try RecordSeal.seal(
        contents, kind: .session, expiry: expiry, identity: place.identity, key: key, purpose: .serverSession)
    } catch {
      throw StoreError(.unavailable, "a session can't be sealed: \(error)", place: "")
    }
  }

  /// Nil if it isn't what a server has sealed for this place.
  init?(opening record: SealedRecord, at place: StoreKey, key: MasterKey) {
    guard var contents = RecordSeal.open(record, identity: place.identity, key: key, purpose: .serverSession) else {
      return nil
    }
    defer { contents.wipe() }
    self.init(contents)
  }

  /// Apart, so that nothing shares the contents' memory when they are overwritten.
  init?(_ contents: [UInt8]) {
    var reader = ByteReader(contents[...])
    guard reader.integer(UInt8.self) == Self.version,
      let context = reader.bytes(Digest.byteCount).flatMap({ Digest($0) }),
      let created = reader.integer(Int64.self), let id = reader.field(UInt8.self)
    else { return nil }
    self.id = Array(id)
    self.context = context
    self.created = WallTime(nanoseconds: created)
    data = Array(contents[id.endIndex...])
  }

  mutating func wipe() { data.wipe() }
}
