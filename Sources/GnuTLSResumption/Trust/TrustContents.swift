internal import SessionTickets

/// What a verification depended on, by its contents alone: for other machines, to which files' stamps say nothing.
struct TrustContents: Hashable {
  enum Item: Hashable {
    case file(Digest)
    /// Over names and contents.
    case folder(Digest)
    case memory(Digest)
  }

  let items: [Item]
  /// Where each was found, for who hasn't loaded it yet; empty where everybody knows.
  let sources: [TrustSource]
  let configuration: ConfigurationNote

  private init(items: [Item], sources: [TrustSource], configuration: ConfigurationNote) {
    self.items = items
    self.sources = sources
    self.configuration = configuration
  }

  /// Those of inputs of this machine that still hold; nil if they don't, or it can't be told.
  /// - Parameter sources: The policy's.
  init?(_ inputs: TrustInputs, for sources: [TrustSource]?, _ digests: TrustDigests) {
    guard let configuration = inputs.configuration, inputs.areKept,
      let sources = inputs.sources.isEmpty ? sources : inputs.sources, sources.count == inputs.notes.count
    else { return nil }
    var items: [Item] = []
    for (note, source) in zip(inputs.notes, sources) {
      guard let item = Item(note, source, digests) else { return nil }
      items.append(item)
    }
    self.items = items
    self.sources = inputs.sources
    self.configuration = configuration
  }

  /// Those of inputs of this machine, of which nobody says where they were found: by what has been noted of their contents
  /// itself. Nil if something was noted by its stamp alone.
  static func moving(_ inputs: TrustInputs, _ digests: TrustDigests) -> TrustContents? {
    guard inputs.sources.isEmpty else { return TrustContents(inputs, for: inputs.sources, digests) }
    guard let configuration = inputs.configuration, inputs.areKept else { return nil }
    var items: [Item] = []
    for note in inputs.notes {
      switch note {
      case .file(_, let digest?): items.append(.file(digest))
      case .memory(let digest): items.append(.memory(digest))
      case .file(_, nil), .folder: return nil
      }
    }
    return TrustContents(items: items, sources: [], configuration: configuration)
  }

  /// The same as this machine has it; nil if it has something else.
  /// - Parameter sources: The policy's.
  func inputs(for sources: [TrustSource], _ digests: TrustDigests) -> TrustInputs? {
    guard items.count == sources.count, !items.isEmpty else { return nil }
    var inputs = TrustInputs()
    for (item, source) in zip(items, sources) {
      guard let note = item.note(for: source, digests) else { return nil }
      inputs.append(note)
    }
    inputs.sources = self.sources
    inputs.configuration = configuration
    return inputs
  }
}

extension TrustContents.Item {
  fileprivate init?(_ note: TrustNote, _ source: TrustSource, _ digests: TrustDigests) {
    switch (note, source) {
    case (.file(_, let digest?), .file): self = .file(digest)
    case (.file(let stamp, nil), .file(let path)):
      guard let now = digests.file(path), stamp.certainlyMatches(now.stamp) else { return nil }
      self = .file(now.contents)
    case (.folder, .folder(let path)):
      guard let now = digests.folder(path), now.note == note else { return nil }
      self = .folder(now.contents)
    case (.memory(let digest), .memory): self = .memory(digest)
    default: return nil
    }
  }

  fileprivate func note(for source: TrustSource, _ digests: TrustDigests) -> TrustNote? {
    switch (self, source) {
    case (.file(let digest), .file(let path)):
      guard let now = digests.file(path), now.contents == digest else { return nil }
      return .file(now.stamp, digest)
    case (.folder(let digest), .folder(let path)):
      guard let now = digests.folder(path), now.contents == digest else { return nil }
      return now.note
    case (.memory(let digest), .memory(let own)): return digest == own ? .memory(digest) : nil
    default: return nil
    }
  }
}

extension TrustContents {
  func append(to result: inout [UInt8]) {
    result.append(field: configuration.bytes)
    result.append(UInt8(truncatingIfNeeded: items.count))
    for item in items {
      switch item {
      case .file(let digest): result.append(1, digest)
      case .folder(let digest): result.append(2, digest)
      case .memory(let digest): result.append(3, digest)
      }
    }
    result.append(UInt8(truncatingIfNeeded: sources.count))
    for source in sources { source.append(to: &result) }
  }

  /// The most that it takes, in bytes.
  var mostBytes: Int {
    sources.reduce(64 + configuration.bytes.count + items.count * (1 + Digest.byteCount)) { $0 + $1.byteCount }
  }

  init?(_ reader: inout ByteReader) {
    guard let configuration = reader.field(UInt32.self), let count = reader.integer(UInt8.self) else { return nil }
    var items: [Item] = []
    for _ in 0..<count {
      let kind = reader.integer(UInt8.self)
      guard let digest = reader.bytes(Digest.byteCount).flatMap({ Digest($0) }) else { return nil }
      switch kind {
      case 1: items.append(.file(digest))
      case 2: items.append(.folder(digest))
      case 3: items.append(.memory(digest))
      default: return nil
      }
    }
    guard let sourceCount = reader.integer(UInt8.self), sourceCount == 0 || sourceCount == count else { return nil }
    var sources: [TrustSource] = []
    for _ in 0..<sourceCount {
      guard let source = TrustSource(&reader) else { return nil }
      sources.append(source)
    }
    self.items = items
    self.sources = sources
    self.configuration = ConfigurationNote(configuration)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ kind: UInt8, _ digest: Digest) {
    append(kind)
    append(digest)
  }
}
