internal import SessionTickets

/// Reading and writing what is remembered of the server.
extension SessionContext {
  /// The note of the server, or nil.
  func serverNote(under key: MasterKey) throws(StoreError) -> ServerNote? {
    let server = place(under: key).server
    guard let sealed = try engine.store.get().note(server: server, identity: nil) else { return nil }
    return NoteSeal.open(sealed, server: server, identity: nil, key: key).flatMap(ServerNote.init)
  }

  /// Changes the note, and writes it if it is another one then.
  func updateServerNote(_ change: (inout ServerNote) -> Void) {
    do throws(StoreError) {
      let known = try engine.keyRing(create: false)
      let old = try known.flatMap { (ring) throws(StoreError) in try serverNote(under: ring.newest) }
      var note = old ?? ServerNote(server: identity.server)
      change(&note)
      guard note != old ?? ServerNote(server: identity.server), let ring = try engine.keyRing(create: true) else {
        return
      }
      let server = place(under: ring.newest).server
      guard let sealed = try? NoteSeal.seal(note.bytes, server: server, identity: nil, key: ring.newest) else { return }
      try engine.store.get().setNote(sealed, server: server, identity: nil, now: engine.now)
    } catch {
      record(error)
    }
  }
}
