import Glibc

/// One open shard folder, and what is done with the files in it. Nobody else uses its descriptor meanwhile.
struct Shard: ~Copyable {
  let folder: Folder
  let bounds: ShardBounds
  /// Gets the open folder back, for the next call; nil where the shards are only passed through.
  private let keeper: ShardKeeper?
  private let number: UInt32
  /// Others have listed it through the same descriptor.
  private let wasListed: Bool

  init(
    folder: Folder, bounds: ShardBounds, keeper: ShardKeeper? = nil, number: UInt32 = 0, wasListed: Bool = false
  ) {
    self.folder = folder
    self.bounds = bounds
    self.keeper = keeper
    self.number = number
    self.wasListed = wasListed
  }

  deinit { keeper?.keep(folder, number: number) }

  /// What became of an attempt to remove a file. Only for one of any number of callers is it `removed`.
  enum Removal {
    case removed
    case gone
    case failed(Int32)
  }

  /// To be called before another listing than the first.
  func rewind() {
    if !wasListed { folder.rewind() }
  }

  private func list(_ visit: (UnsafeBufferPointer<UInt8>) -> Void) throws(StoreError) {
    if wasListed { folder.rewind() }
    unsafe try folder.forEachName(atMost: bounds.mostEntries, visit)
  }

  /// Lists all records and notes; other names are passed over.
  func names() throws(StoreError) -> [RecordFileName] {
    var names: [RecordFileName] = []
    unsafe try list { name in
      if let name = unsafe RecordFileName(parsing: name) { names.append(name) }
    }
    return names
  }

  /// Lists all records and notes, and removes the temporary files of processes that are long gone.
  func namesAfterSweeping(now: WallTime) throws(StoreError) -> [RecordFileName] {
    var names: [RecordFileName] = []
    try forEachNameSweeping(now: now) { names.append($0) }
    return names
  }

  /// Visits all records and notes, and removes the temporary files of processes that are long gone.
  func forEachNameSweeping(now: WallTime, _ visit: (RecordFileName) -> Void) throws(StoreError) {
    var leftovers: [EntryName] = []
    unsafe try list { name in
      if let name = unsafe RecordFileName(parsing: name) {
        visit(name)
      } else if unsafe TemporaryFileName(parsing: name)?.isLeftover(at: now) == true {
        unsafe leftovers.append(EntryName(name))
      }
    }
    for leftover in leftovers { unsafe unlinkat(folder.descriptor.number, leftover.characters, 0) }
  }

  /// Lists the records and notes of a server.
  func names(of server: Digest) throws(StoreError) -> [RecordFileName] {
    var names: [RecordFileName] = []
    try forEachName(of: server) { names.append($0) }
    return names
  }

  /// Visits the records and notes of a server.
  func forEachName(of server: Digest, _ visit: (RecordFileName) -> Void) throws(StoreError) {
    unsafe try list { name in
      if let name = unsafe RecordFileName(parsing: name, of: server) { visit(name) }
    }
  }

  func name(of key: RecordKey) throws(StoreError) -> RecordFileName? {
    try names(of: key.place.server).first { $0.place == key.place && $0.id == key.id && $0.kind != .note }
  }

  /// Removes a file, or an empty folder in a file's place.
  func remove(_ entry: EntryName) -> Removal {
    if unsafe unlinkat(folder.descriptor.number, entry.characters, 0) == 0 { return .removed }
    if errno == EISDIR, unsafe unlinkat(folder.descriptor.number, entry.characters, AT_REMOVEDIR) == 0 {
      return .removed
    }
    return errno == ENOENT ? .gone : .failed(errno)
  }

  /// Removes a file, if it is there. Returns whether this call did.
  func removeOrThrow(_ entry: EntryName) throws(StoreError) -> Bool {
    switch remove(entry) {
    case .removed: true
    case .gone: false
    case .failed(let code): throw folder.failure("a record can't be removed", errno: code)
    }
  }

  /// What reading a record's file gave.
  enum Reading {
    case record(SealedRecord)
    case gone
    case damaged
  }

  /// Reads a record. Its header must say what its name says.
  func readRecord(_ name: RecordFileName, _ entry: EntryName) throws(StoreError) -> Reading {
    let reading: FileReading
    do {
      reading = try folder.read(entry, atMost: SealedRecord.maximumByteCount)
    } catch {
      // One file that can't be read must not stand in the way of the others.
      guard [EACCES, EPERM, EIO].contains(error.errno) else { throw error }
      return .damaged
    }
    switch reading {
    case .missing: return .gone
    case .unusable: return .damaged
    case .contents(let bytes):
      guard bytes.count == name.byteCount, let record = SealedRecord(bytes), record.header.id == name.id,
        record.header.expiry == name.expiry, RecordFileName.Kind(record.header.kind) == name.kind
      else { return .damaged }
      return .record(record)
    }
  }
}

extension RecordFileName.Kind {
  init(_ kind: RecordKind) {
    switch kind {
    case .ticket: self = .ticket
    case .session: self = .session
    }
  }

  /// Nil for a note.
  var recordKind: RecordKind? {
    switch self {
    case .ticket: .ticket
    case .session: .session
    case .note: nil
    }
  }
}

extension RecordFileName {
  init(_ record: SealedRecord, at place: StoreKey, inserted: WallTime) {
    self.init(
      place: place, inserted: inserted, expiry: record.header.expiry, byteCount: record.bytes.count,
      kind: Kind(record.header.kind), id: record.header.id)
  }

  var key: RecordKey { RecordKey(place: place, id: id) }

  /// Nil for a note.
  var summary: RecordSummary? {
    guard let kind = kind.recordKind else { return nil }
    return RecordSummary(key: key, kind: kind, inserted: inserted, expiry: expiry, byteCount: allocatedByteCount)
  }
}
