/// A store's folder, opened: one role's.
final class OpenDirectory: Sendable {
  let folder: Folder
  let layout: StoreLayout
  let bounds: ShardBounds
  private let keeper = ShardKeeper()

  init(folder: Folder, layout: StoreLayout, bounds: StoreBounds) {
    self.folder = folder
    self.layout = layout
    self.bounds = ShardBounds(bounds, layout: layout)
  }

  /// Opens the shard of a server. Returns nil if it is missing and not to be made, or if the store was deleted.
  func shard(of server: Digest, create: Bool) throws(StoreError) -> Shard? {
    let number = layout.shardNumber(for: server)
    if let kept = keeper.take(number) { return Shard(folder: kept, bounds: bounds, keeper: keeper, number: number) }
    guard let opened = try folder.subfolder(StoreLayout.shardName(number), create: create) else { return nil }
    return Shard(folder: opened, bounds: bounds, keeper: keeper, number: number)
  }

  /// Visits every shard, until the closure returns false.
  func forEachShard(_ visit: (borrowing Shard) throws(StoreError) -> Bool) throws(StoreError) {
    var names: [EntryName] = []
    unsafe try folder.reopened().forEachName { name in
      if unsafe StoreLayout.isShardName(name) { unsafe names.append(EntryName(name)) }
    }
    for name in names {
      guard let shard = try folder.subfolder(name, create: false) else { continue }
      guard try visit(Shard(folder: shard, bounds: bounds)) else { return }
    }
  }
}
