import CSessionTickets
import Glibc

/// The file whose modification time is a store's generation: any time, drawn at random when the generation begins. There is
/// none until the first does.
///
/// It is looked at without being opened, and changed without a byte written, so also on a full disk.
enum GenerationFile {
  static let name = EntryName("generation")
  /// The same, from a shard.
  private static let nameFromShard = EntryName("../generation")
  /// The generation of a store in which there is no such file.
  static let first = StoreGeneration(0)

  /// Tells the generation in a role's folder.
  static func read(in folder: Folder) throws(StoreError) -> StoreGeneration { try read(name, in: folder) }

  /// Tells the generation of a shard's store, in one system call.
  static func read(fromShard shard: Folder) throws(StoreError) -> StoreGeneration { try read(nameFromShard, in: shard) }

  private static func read(_ name: EntryName, in folder: Folder) throws(StoreError) -> StoreGeneration {
    var status = stat()
    guard unsafe fstatat(folder.descriptor.number, name.characters, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      guard errno == ENOENT else { throw folder.failure("the store's generation can't be read", errno: errno) }
      return first
    }
    return StoreGeneration(
      UInt64(truncatingIfNeeded: status.st_ino), UInt64(truncatingIfNeeded: status.st_mtim.tv_sec),
      UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec))
  }

  /// Begins another generation in a role's folder.
  static func replace(in folder: Folder) throws(StoreError) {
    let number = folder.descriptor.number
    var code = ENOENT
    // Again, if somebody makes or removes it meanwhile.
    for _ in 0..<3 where code == ENOENT || code == EEXIST {
      code = unsafe setTime { times in unsafe utimensat(number, name.characters, times, AT_SYMLINK_NOFOLLOW) }
      guard code == ENOENT else { continue }
      let made = unsafe csessiontickets_open_new(number, name.characters)
      guard made >= 0 else {
        code = errno
        continue
      }
      let file = Descriptor(owning: made)
      code = unsafe setTime { times in unsafe futimens(file.number, times) }
    }
    guard code == 0 else {
      throw folder.failure("connections that are open now may go on to keep tickets", errno: code)
    }
  }

  /// Returns 0 or an error number.
  private static func setTime(_ set: (UnsafePointer<timespec>) -> Int32) -> Int32 {
    // Years that every file system can hold.
    let time = timespec(tv_sec: .random(in: 1 << 29..<1 << 31), tv_nsec: .random(in: 0..<1_000_000_000))
    return unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 2) { times in
      unsafe times.initialize(repeating: time)
      guard let start = times.baseAddress, unsafe set(start) != 0 else { return 0 }
      return errno
    }
  }
}
