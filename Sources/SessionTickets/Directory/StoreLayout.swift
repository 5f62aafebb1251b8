import CLinux
import Glibc

/// How a store is divided into shards: written once, when the store is made, and the same for all who open it.
package struct StoreLayout: Hashable, Sendable {
  static let recordsPerShard = 20
  static let fileName = EntryName("layout")
  static let mostShards = 1 << 24
  private static let firstLines = "swift-gnutls-resumption ticket store\nformat 1\nshards "

  let shardCount: Int

  package init(for bounds: StoreBounds) {
    shardCount = min(max(1, bounds.records / Self.recordsPerShard), Self.mostShards)
  }

  /// Reads the text, or returns nil if it isn't exactly what ``text`` writes.
  init?(parsing text: [UInt8]) {
    let text = String(decoding: text, as: UTF8.self)
    guard text.hasPrefix(Self.firstLines), text.hasSuffix("\n"),
      let shardCount = Int(text.dropFirst(Self.firstLines.count).dropLast()), 1...Self.mostShards ~= shardCount
    else { return nil }
    self.shardCount = shardCount
    guard self.text == text else { return nil }
  }

  var text: String { "\(Self.firstLines)\(shardCount)\n" }

  /// The name of the folder that holds a server's records.
  package func shardName(for server: Digest) -> EntryName {
    Self.shardName(UInt32(server.words.0 % UInt64(shardCount)))
  }

  static func shardName(_ shard: UInt32) -> EntryName {
    var digits: [UInt8] = []
    digits.append(hexadecimal: shard)
    return EntryName(digits)
  }

  /// Whether a name is that of a shard folder.
  static func isShardName(_ name: some RandomAccessCollection<UInt8>) -> Bool {
    guard name.count == 8 else { return false }
    var reader = HexadecimalReader(name)
    _ = reader.number(digits: 8)
    return reader.isValid
  }

  /// Returns nil if there is none, or an empty one, which a crash of the system may have left.
  static func read(in folder: Folder) throws(StoreError) -> StoreLayout? {
    switch try folder.read(fileName, atMost: 4_096) {
    case .missing, .contents([]): return nil
    case .contents(let text):
      if let layout = StoreLayout(parsing: text) { return layout }
    case .unusable: break
    }
    throw folder.failure(
      "the file 'layout' is damaged, or of a newer version; delete the folder to begin anew", errno: 0)
  }

  /// Reads the layout, or writes the first.
  static func readOrMake(
    in folder: Folder, bounds: StoreBounds, method: InstallMethod, now: WallTime
  ) throws(StoreError) -> StoreLayout {
    if let layout = try read(in: folder) { return layout }
    let layout = StoreLayout(for: bounds)
    var file = try PreparedFile(in: folder, contents: Array(layout.text.utf8), method: method, now: now)
    if try file.link(as: fileName) { return layout }
    if let made = try read(in: folder) { return made }
    return try replaceEmpty(in: folder, bounds: bounds, method: method, now: now)
  }

  /// Replaces an empty layout. Only here is there a lock, or else two processes could each believe in their own.
  private static func replaceEmpty(
    in folder: Folder, bounds: StoreBounds, method: InstallMethod, now: WallTime
  ) throws(StoreError) -> StoreLayout {
    let lock = try folder.reopened()
    guard flock(lock.descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
      throw folder.failure("another process is making the store", errno: errno)
    }
    if let made = try read(in: folder) { return made }
    guard unsafe unlinkat(folder.descriptor.number, fileName.characters, 0) == 0 || errno == ENOENT else {
      throw folder.failure("the empty file 'layout' can't be replaced", errno: errno)
    }
    let layout = StoreLayout(for: bounds)
    var file = try PreparedFile(in: folder, contents: Array(layout.text.utf8), method: method, now: now)
    if try file.link(as: fileName) { return layout }
    guard let made = try read(in: folder) else { throw folder.failure("the store can't be made", errno: 0) }
    return made
  }
}
