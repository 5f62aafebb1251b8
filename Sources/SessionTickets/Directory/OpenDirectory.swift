import Glibc

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

  /// Gives the shard of a server that was kept open. Returns nil if it wasn't, or can't be used any more.
  func keptShard(of server: Digest) -> Shard? {
    let number = layout.shardNumber(for: server)
    guard let kept = keeper.take(number) else { return nil }
    return Shard(folder: kept, bounds: bounds, keeper: keeper, number: number, wasListed: true)
  }

  /// Opens the shard of a server. Returns nil if it is missing and not to be made, or if the store was deleted.
  func shard(of server: Digest, create: Bool) throws(StoreError) -> Shard? {
    let number = layout.shardNumber(for: server)
    let opened = try folder.subfolder(StoreLayout.shardName(number), create: create, isKept: true)
    guard let opened else { return nil }
    return Shard(folder: opened, bounds: bounds, keeper: keeper, number: number)
  }

  /// Visits every shard, until the closure returns false. One that holds too many files is set aside instead.
  func forEachShard(_ visit: (borrowing Shard) throws(StoreError) -> Bool) throws(StoreError) {
    var numbers: [UInt32] = []
    unsafe try folder.reopened().forEachName { name in
      if let number = unsafe StoreLayout.shardNumber(parsing: name) { numbers.append(number) }
    }
    for number in numbers {
      guard let shard = try folder.subfolder(StoreLayout.shardName(number), create: false) else { continue }
      do throws(StoreError) {
        guard try visit(Shard(folder: shard, bounds: bounds)) else { return }
      } catch  where error.code == .crowded {
        try setAside(number)
      }
    }
  }

  /// Moves the shard of a server out of the way if it holds too many files.
  func setAsideShard(of server: Digest) throws(StoreError) { try setAside(layout.shardNumber(for: server)) }

  private func setAside(_ number: UInt32) throws(StoreError) {
    keeper.clear()
    let name = StoreLayout.shardName(number)
    // Somebody else may have done it: what is there now has to be crowded, too.
    guard let shard = try folder.subfolder(name, create: false), try isCrowded(shard) else { return }
    // Whoever has the lock of a crowded folder is the only one who renames it, so that nobody renames what takes its place.
    guard flock(shard.descriptor.number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      usleep(1_000)
      return
    }
    guard try shard.descriptor.status().map(FileIdentity.init) == folder.identity(of: name) else { return }
    let aside = AsideFolder.newName()
    guard unsafe renameat(folder.descriptor.number, name.characters, folder.descriptor.number, aside.characters) == 0
    else {
      if errno == ENOENT { return }
      throw shard.failure("the folder holds too many files, and can't be set aside", errno: errno)
    }
  }

  private func isCrowded(_ shard: Folder) throws(StoreError) -> Bool {
    do throws(StoreError) {
      unsafe try shard.forEachName(atMost: bounds.mostEntries) { _ in }
      return false
    } catch  where error.code == .crowded {
      return true
    }
  }
}
