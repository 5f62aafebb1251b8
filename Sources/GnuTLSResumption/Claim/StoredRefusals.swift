internal import SessionTickets

/// The refusals that are noted of one identity, under the trust inputs of now. Trouble with them only costs time.
struct StoredRefusals {
  private let setup: ClientSetup
  private let place: StoreKey
  private let key: MasterKey
  private let inputs: Digest
  private let note: RefusalNote
  private let generation: StoreGeneration?

  /// May wait for the store. Nil where the inputs can't be told.
  /// - Parameter generation: The store's before the connection began; nil: nothing is noted.
  init?(_ setup: ClientSetup, at place: StoreKey, under key: MasterKey, generation: StoreGeneration?) {
    guard let sources = setup.verifier?.policy.sources, let inputs = TrustInputs.now(for: sources)?.digest else {
      return nil
    }
    self.setup = setup
    self.place = place
    self.key = key
    self.generation = generation
    self.inputs = inputs
    let bytes = try? setup.engine.note(server: place.server, identity: place.identity, key: key)
    note = bytes.flatMap { RefusalNote($0) } ?? RefusalNote()
  }

  func holds(_ handshake: [UInt8]) -> Bool { note.holds(handshake, inputs: inputs, now: setup.now) }

  func add(_ handshake: [UInt8]) {
    guard let generation else { return }
    var changed = note
    changed.add(RefusalNote.Refusal(handshake: handshake, inputs: inputs, time: setup.now))
    _ = try? setup.engine.setNote(
      changed.bytes, server: place.server, identity: place.identity, generation: generation, key: key)
  }
}
