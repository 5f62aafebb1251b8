import Glibc
import SessionTicketsLocking

/// Keeps the shard that was used last open, for the next call: mostly it is of the same server.
///
/// It is taken out while it is used: a descriptor has one position, for all who list the folder.
final class ShardKeeper: Sendable {
  private struct Kept {
    let number: UInt32
    let folder: Folder
  }

  private let kept = Lock<Kept?>(nil)

  deinit {
    if let kept = kept.withLock({ $0 }) { Self.letGo(kept.folder) }
  }

  /// Takes a shard's folder out; nil if it isn't there, or must be opened anew.
  ///
  /// It fulfils the same demands as one that is opened now.
  func take(_ number: UInt32) -> Folder? {
    let taken = kept.withLock { kept -> Kept? in
      guard let taken = kept, taken.number == number else { return nil }
      kept = nil
      return taken
    }
    guard let taken else { return nil }
    guard let status = taken.folder.statusIfSame() else {
      Self.letGo(taken.folder)
      return nil
    }
    // A forked process shares the descriptor's position.
    guard let process = ProcessGeneration.current, taken.folder.process == process, status.st_nlink > 0,
      (try? Folder.check(status, path: taken.folder.path)) != nil
    else { return nil }
    taken.folder.rewind()
    return taken.folder
  }

  /// Takes a folder in, in the place of another.
  func keep(_ folder: Folder, number: UInt32) {
    let new = Kept(number: number, folder: folder)
    let old = kept.withLock { kept -> Kept? in
      let old = kept
      kept = new
      return old
    }
    if let old { Self.letGo(old.folder) }
  }

  /// Whoever runs this process may have closed all descriptors meanwhile, and opened others by the same numbers: such a
  /// one is not to be closed here.
  private static func letGo(_ folder: Folder) {
    if folder.statusIfSame() == nil { _ = unsafe Unmanaged.passRetained(folder) }
  }
}
