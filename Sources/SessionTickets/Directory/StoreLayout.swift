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
  package func shardName(for server: Digest) -> EntryName { Self.shardName(shardNumber(for: server)) }

  func shardNumber(for server: Digest) -> UInt32 { UInt32(server.words.0 % UInt64(shardCount)) }

  static func shardName(_ shard: UInt32) -> EntryName {
    var digits: [UInt8] = []
    digits.append(hexadecimal: shard)
    return EntryName(digits)
  }

  /// Which shard a folder of this name is; nil if none.
  static func shardNumber(parsing name: some RandomAccessCollection<UInt8>) -> UInt32? {
    guard name.count == 8 else { return nil }
    return HexadecimalReader.read(name) { reader in
      let number = reader.number()
      return reader.isValid ? number : nil
    }
  }

  /// Returns nil if there is none yet.
  static func read(in folder: Folder) throws(StoreError) -> StoreLayout? {
    guard let text = try file(in: folder).read() else { return nil }
    return try parse(text, in: folder)
  }

  /// Reads the layout, or writes the first.
  static func readOrMake(
    in folder: Folder, bounds: StoreBounds, method: InstallMethod, now: WallTime
  ) throws(StoreError) -> StoreLayout {
    let text = Array(StoreLayout(for: bounds).text.utf8)
    return try parse(file(in: folder).readOrMake(text, method: method, now: now), in: folder)
  }

  private static func file(in folder: Folder) -> OnceMadeFile { OnceMadeFile(fileName, in: folder, atMost: 4_096) }

  private static func parse(_ text: [UInt8], in folder: Folder) throws(StoreError) -> StoreLayout {
    if let layout = StoreLayout(parsing: text) { return layout }
    throw folder.failure(
      "the file 'layout' is damaged, or of a newer version; delete the folder to begin anew", errno: 0)
  }
}
