/// What a policy's verification depended on: anchors and revocation lists, each as it was found.
struct TrustInputs: Hashable {
  /// In the order of the policy's sources.
  private(set) var notes: [TrustNote] = []

  mutating func append(_ note: TrustNote) { notes.append(note) }

  /// Whether all of it is certainly still the same.
  func hold(for sources: [TrustSource]) -> Bool { confirmed(for: sources) != nil }

  /// The inputs, if all of it is certainly still the same, as they would be noted now.
  func confirmed(for sources: [TrustSource]) -> TrustInputs? {
    guard notes.count == sources.count else { return nil }
    var result = TrustInputs()
    for (note, source) in zip(notes, sources) {
      guard let confirmed = note.confirmed(for: source) else { return nil }
      result.append(confirmed)
    }
    return result
  }
}

extension TrustInputs {
  private static let mostNotes: UInt8 = 255

  /// Nil if there are more than can be kept: then they are never unchanged.
  var bytes: [UInt8]? {
    guard notes.count <= Self.mostNotes else { return nil }
    return [UInt8(notes.count)] + notes.flatMap(\.bytes)
  }

  init?(_ reader: inout ByteReader) {
    guard let count = reader.integer(UInt8.self) else { return nil }
    for _ in 0..<count {
      guard let note = TrustNote(&reader) else { return nil }
      notes.append(note)
    }
  }
}
