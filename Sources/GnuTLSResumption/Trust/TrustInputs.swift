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
    var result = self
    for index in notes.indices {
      guard let confirmation = notes[index].confirmation(for: sources[index]) else { return nil }
      if case .anew(let note) = confirmation { result.notes[index] = note }
    }
    return result
  }
}

extension TrustInputs {
  private static let mostNotes: UInt8 = 255

  /// More can't be kept: then they are never unchanged.
  var areKept: Bool { notes.count <= Self.mostNotes }

  /// Only if they are kept.
  func append(to result: inout [UInt8]) {
    result.append(UInt8(notes.count))
    for note in notes { note.append(to: &result) }
  }

  init?(_ reader: inout ByteReader) {
    guard let count = reader.integer(UInt8.self) else { return nil }
    for _ in 0..<count {
      guard let note = TrustNote(&reader) else { return nil }
      notes.append(note)
    }
  }
}
