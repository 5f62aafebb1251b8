import CSessionTickets

extension [UInt8] {
  /// Overwrites the bytes and empties the array: for secrets, as soon as they are not needed any more.
  ///
  /// Wipes this copy only; where the storage is shared, the others keep theirs.
  package mutating func wipe() {
    unsafe withUnsafeMutableBytes { unsafe csessiontickets_wipe($0.baseAddress, $0.count) }
    removeAll()
  }
}
