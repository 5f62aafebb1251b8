import CSessionTickets
import Glibc

extension Folder {
  /// Visits the names of all entries that no listing through this descriptor has visited yet, without a stat of any.
  ///
  /// A name is valid during its visit, and a NUL follows it. A folder that was deleted has none.
  /// - Parameter limit: Of more entries the listing fails, soon after that many.
  func forEachName(
    atMost limit: Int = .max, _ visit: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(StoreError) {
    // Offsets in `struct linux_dirent64` (getdents64(2)): d_reclen, d_name.
    let (lengthOffset, nameOffset) = (16, 19)
    let code = unsafe withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 8) { buffer -> Int32 in
      var visited = 0
      while visited <= limit {
        let count = unsafe csessiontickets_read_entries(descriptor.number, buffer.baseAddress, buffer.count)
        guard count > 0 else { return count == 0 || errno == ENOENT ? 0 : errno }
        var entry = 0
        while entry < count {
          let length = Int(unsafe buffer.loadUnaligned(fromByteOffset: entry + lengthOffset, as: UInt16.self))
          guard length > nameOffset, entry + length <= count else { return EIO }
          let field = unsafe UnsafeRawBufferPointer(rebasing: buffer[(entry + nameOffset)..<(entry + length)])
          guard let start = field.baseAddress else { return EIO }
          let nameLength = unsafe strnlen(start.assumingMemoryBound(to: CChar.self), field.count)
          unsafe field.prefix(nameLength).withMemoryRebound(to: UInt8.self) { name in unsafe visit(name) }
          visited += 1
          entry += length
        }
      }
      return ENOBUFS
    }
    if code == ENOBUFS { throw .crowded(place: path) }
    guard code == 0 else { throw failure("the folder can't be listed", errno: code) }
  }

  /// Lets the next listing begin anew.
  func rewind() { lseek(descriptor.number, 0, SEEK_SET) }
}
