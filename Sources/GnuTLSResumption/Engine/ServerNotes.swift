internal import SessionTickets

/// Reading and writing what is remembered of the server.
extension Resumption {
  /// The note of a server, or nil.
  func note(of server: ServerIdentity, under key: MasterKey) throws(StoreError) -> ServerNote? {
    let digest = IdentityDigests.server(server, key: key)
    return try note(server: digest, identity: nil, keys: [key]).flatMap(ServerNote.init)
  }

  /// GnuTLS's number of the group that the server chose last under TLS 1.3, or nil. May wait for the store.
  func rememberedGroup(of server: ServerIdentity) -> UInt32? {
    guard let ring = try? keyRing(create: false), let note = try? note(of: server, under: ring.newest) else {
      return nil
    }
    return note.group == 0 ? nil : note.group
  }
}

extension SessionContext {
  /// The note of this connection's server, or nil.
  func serverNote(under key: MasterKey) throws(StoreError) -> ServerNote? {
    try engine.note(of: identity.server, under: key)
  }

  /// Changes the note, and writes it if it is another one then.
  func updateServerNote(_ change: (inout ServerNote) -> Void) {
    do throws(StoreError) {
      let known = try engine.keyRing(create: false)
      let read = try known.flatMap { (ring) throws(StoreError) in try serverNote(under: ring.newest) }
      let old = read ?? ServerNote(server: identity.server)
      var new = old
      change(&new)
      guard new != old, let ring = try engine.keyRing(create: true) else { return }
      let server = IdentityDigests.server(identity.server, key: ring.newest)
      try engine.setNote(new.bytes, server: server, identity: nil, key: ring.newest)
    } catch {
      record(error)
    }
  }
}
