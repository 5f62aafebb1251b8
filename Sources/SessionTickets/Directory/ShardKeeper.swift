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

  /// Takes a shard's folder out; nil if it isn't there, or must be opened anew.
  func take(_ number: UInt32) -> Folder? {
    let taken = kept.withLock { kept -> Kept? in
      guard let taken = kept, taken.number == number else { return nil }
      kept = nil
      return taken
    }
    // A forked process shares the descriptor's position.
    guard let taken, let process = ProcessGeneration.current, taken.folder.process == process, taken.folder.isPresent()
    else { return nil }
    return taken.folder
  }

  /// Lets go of what is kept.
  func clear() {
    _ = kept.withLock { kept -> Kept? in
      let old = kept
      kept = nil
      return old
    }
  }

  /// Takes a folder in, in the place of another.
  func keep(_ folder: Folder, number: UInt32) {
    guard folder.descriptor.isKept else { return }
    let new = Kept(number: number, folder: folder)
    // The other is let go of outside of the lock.
    _ = kept.withLock { kept -> Kept? in
      let old = kept
      kept = new
      return old
    }
  }
}
