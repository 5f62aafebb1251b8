internal import SessionTickets

/// What a policy's verification depended on: anchors and revocation lists, each as it was found, and GnuTLS's
/// configuration.
struct TrustInputs: Hashable {
  /// In the order of the policy's sources.
  private(set) var notes: [TrustNote] = []
  /// Where each was found, for who hasn't loaded it yet; empty where everybody knows.
  var sources: [TrustSource] = []
  /// Of the verification; nil before one, and where it can't be told.
  var configuration: ConfigurationNote?

  mutating func append(_ note: TrustNote) { notes.append(note) }

  /// Whether what was loaded is certainly still the same.
  func hold(for sources: [TrustSource]) -> Bool { confirmedNotes(for: sources) != nil }

  /// The inputs of a verification, if all of it is certainly still the same, as they would be noted now.
  /// - Parameter current: The configuration that this process has.
  func confirmed(
    for sources: [TrustSource], under current: ConfigurationNote? = GnuTLSConfiguration.current
  ) -> TrustInputs? {
    confirmed(confirmedNotes(for: sources), under: current)
  }

  /// The same for what has been loaded already.
  func confirmed(
    by loaded: [LoadedTrust], under current: ConfigurationNote? = GnuTLSConfiguration.current
  ) -> TrustInputs? {
    confirmed(confirmedNotes(loaded.count) { loaded[$0].confirmation(of: notes[$0]) }, under: current)
  }

  private func confirmed(
    _ notes: @autoclosure () -> [TrustNote]?, under current: ConfigurationNote?
  ) -> TrustInputs? {
    guard let configuration, configuration == current, let notes = notes() else { return nil }
    var result = self
    result.notes = notes
    return result
  }

  private func confirmedNotes(for sources: [TrustSource]) -> [TrustNote]? {
    confirmedNotes(sources.count) { notes[$0].confirmation(for: sources[$0]) }
  }

  /// - Parameter count: Of what is to be confirmed, which has as many notes then.
  private func confirmedNotes(_ count: Int, _ confirmation: (Int) -> TrustNote.Confirmation?) -> [TrustNote]? {
    guard notes.count == count, count > 0 else { return nil }
    var result = notes
    for index in notes.indices {
      guard let confirmation = confirmation(index) else { return nil }
      if case .anew(let note) = confirmation { result[index] = note }
    }
    return result
  }
}

extension TrustInputs {
  /// What a verification would depend on now, without loading anything; nil if something can't be read, or it can't be
  /// told.
  static func now(for sources: [TrustSource]) -> TrustInputs? {
    guard let configuration = GnuTLSConfiguration.current else { return nil }
    var result = TrustInputs()
    result.configuration = configuration
    for source in sources {
      guard let note = TrustNote(source) else { return nil }
      result.append(note)
    }
    return result
  }

  /// Tells these inputs from others: the same in every process that finds the same files. Nil if it can't be told.
  var digest: Digest? {
    guard let configuration else { return nil }
    var bytes: [UInt8] = []
    bytes.append(field: configuration.bytes)
    for note in notes {
      guard note.appendSource(to: &bytes) else { return nil }
    }
    return SHA256.digest(bytes)
  }
}

extension TrustInputs {
  private static let mostNotes = 255

  /// Only then can they be kept: else they are never unchanged.
  var areKept: Bool { configuration != nil && notes.count <= Self.mostNotes }

  /// Only if they are kept.
  func append(to result: inout [UInt8]) {
    result.append(field: configuration?.bytes ?? [])
    result.append(UInt8(truncatingIfNeeded: notes.count))
    for note in notes { note.append(to: &result) }
    result.append(UInt8(truncatingIfNeeded: sources.count))
    for source in sources { source.append(to: &result) }
  }

  /// The most that the sources take, in bytes.
  var mostSourceBytes: Int { sources.reduce(1) { $0 + $1.byteCount } }

  init?(_ reader: inout ByteReader) {
    guard let configuration = reader.field(UInt32.self), let count = reader.integer(UInt8.self) else { return nil }
    self.configuration = ConfigurationNote(configuration)
    for _ in 0..<count {
      guard let note = TrustNote(&reader) else { return nil }
      notes.append(note)
    }
    guard let sourceCount = reader.integer(UInt8.self), sourceCount == 0 || sourceCount == count else { return nil }
    for _ in 0..<sourceCount {
      guard let source = TrustSource(&reader) else { return nil }
      sources.append(source)
    }
  }
}
