import CLinux
import Glibc

extension Folder {
  /// Visits the names of all entries, from the beginning, without a stat of any.
  ///
  /// A folder that was deleted has none.
  func forEachName(_ visit: (ArraySlice<UInt8>) -> Void) throws(StoreError) {
    // Offsets in `struct linux_dirent64` (getdents64(2)): d_reclen, d_name.
    let (lengthOffset, nameOffset) = (16, 19)
    lseek(descriptor.number, 0, SEEK_SET)
    var buffer = [UInt8](repeating: 0, count: 32 * 1024)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe clinux_read_entries(descriptor.number, bytes.baseAddress, bytes.count)
      }
      guard count >= 0 else {
        if errno == ENOENT { return }
        throw failure("the folder can't be listed", errno: errno)
      }
      if count == 0 { return }
      var entry = 0
      while entry < count {
        let length = unsafe buffer.withUnsafeBytes { bytes in
          Int(unsafe bytes.loadUnaligned(fromByteOffset: entry + lengthOffset, as: UInt16.self))
        }
        let field = buffer[(entry + nameOffset)..<(entry + length)]
        visit(field[..<(field.firstIndex(of: 0) ?? field.endIndex)])
        entry += length
      }
    }
  }
}
