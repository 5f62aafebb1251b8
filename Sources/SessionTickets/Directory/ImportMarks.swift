/// What a store remembers of files of tickets that were brought to it: each until the last of its tickets has ended, so that a
/// copy of the file brings none of them again.
///
/// The marks are in a folder beside the store's tickets, which neither a purge nor a bound takes away. They have an id, which
/// ends with them: files are sealed for it, so that whoever deletes the marks has made all files useless that were marked.
package final class ImportMarks: Sendable {
  private let place: FolderPlace
  private let marks: UseMarks

  /// - Parameter store: The store's folder.
  package init(beside store: FolderPlace) {
    place = FolderPlace(path: store.path.appending("moved"), base: store.base, origin: store.origin)
    marks = UseMarks(at: place)
  }

  /// Which marks these are: 16 random bytes, drawn when the first are made.
  /// - Parameter create: Make the folder, and draw an id, if there is none.
  /// - Returns: Nil if there is none, and none is to be made.
  package func id(create: Bool) throws(StoreError) -> [UInt8]? {
    guard let folder = try Folder.open(place, create: create) else { return nil }
    return try MarksID.find(in: folder, create: create)
  }

  /// Marks a file as brought, until it ends.
  /// - Parameters:
  ///   - file: Its digest.
  ///   - id: Of the marks for which it was sealed.
  ///   - expiry: When the last of its tickets ends, in seconds since 1970: always the same of the same file.
  /// - Returns: Whether nobody had marked it.
  /// - Throws: If no mark can be made, or the marks aren't those any more: nothing of the file must be used then.
  package func mark(
    _ file: Digest, sealedFor id: [UInt8], endingAt expiry: Int64, now: WallTime
  ) throws(StoreError) -> Bool {
    guard let folder = try Folder.open(place, create: false), try MarksID.find(in: folder, create: false) == id else {
      throw StoreError(.unavailable, "the store has been deleted meanwhile", place: place.path.description)
    }
    return try marks.mark(file, endingAt: expiry, by: .engine, in: folder, now: now) == nil
  }
}
