import Glibc

/// Which marks are in a folder: 16 random bytes, drawn when the first are made, which end with the folder.
enum MarksID {
  static let byteCount = 16
  private static let name = EntryName("id")

  /// - Parameter create: Draw one if there is none.
  /// - Returns: Nil if there is none, and none is to be made.
  static func find(in folder: Folder, create: Bool) throws(StoreError) -> [UInt8]? {
    if let id = try read(in: folder) { return id }
    guard create else { return nil }
    try Making.requireFirstRoot(for: folder.path)
    let id = (0..<byteCount).map { _ in UInt8.random(in: 0...255) }
    let target = EntryName(Hexadecimal.encode(id))
    // A symbolic link is made whole or not at all. Of several who try at once, one is first.
    if unsafe symlinkat(target.characters, folder.descriptor.number, name.characters) == 0 { return id }
    guard errno == EEXIST else { throw folder.failure("the marks' id can't be made", errno: errno) }
    return try read(in: folder)
  }

  private static func read(in folder: Folder) throws(StoreError) -> [UInt8]? {
    var characters = [CChar](repeating: 0, count: 2 * byteCount + 1)
    let count = unsafe readlinkat(folder.descriptor.number, name.characters, &characters, characters.count)
    guard count >= 0 else {
      guard errno == ENOENT else { throw folder.failure("the marks' id can't be read", errno: errno) }
      return nil
    }
    let digits = characters.prefix(count).map { UInt8(bitPattern: $0) }
    guard let id = Hexadecimal.decode(digits), id.count == byteCount else {
      throw folder.failure("the marks' id is damaged; delete the folder to begin anew", errno: 0)
    }
    return id
  }
}
