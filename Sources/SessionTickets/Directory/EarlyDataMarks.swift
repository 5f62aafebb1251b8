import CSessionTickets
import Glibc

/// Marks of tickets that have carried early data, outside of all stores: whatever becomes of a store's files, none is
/// marked twice.
///
/// They are on a tmpfs, which ends with the boot. It may end before: a user's runtime folder does when the user logs out. So the
/// marks have an id, which ends with them, and only tickets that were kept under the same id may be marked: of those no mark
/// can have been lost.
package final class EarlyDataMarks: Sendable {
  /// What has become of the wish to mark a ticket.
  package enum Result: Sendable {
    /// Nobody had marked it.
    case marked
    case used
    /// The marks that were there when it was kept aren't there any more, or elsewhere.
    case otherMarks
  }

  package static let idSize = MarksID.byteCount
  /// The size of a day's folder, at 20 bytes a mark: of more than 50,000 a day none carries early data.
  package static let mostBytes: Int64 = 1 << 20

  private let place: FolderPlace
  private let marks: UseMarks

  /// - Parameter place: A folder of their own.
  package init(at place: FolderPlace, mostBytes: Int64 = mostBytes) {
    self.place = place
    marks = UseMarks(at: place, mostBytes: mostBytes)
  }

  /// Which marks these are: 16 random bytes, drawn when the first are made.
  /// - Parameter create: Make the folder, and draw an id, if there is none.
  /// - Returns: Nil if there is none, and none is to be made.
  package func id(create: Bool) throws(StoreError) -> [UInt8]? {
    guard let folder = try open(create: create) else { return nil }
    return try MarksID.find(in: folder, create: create)
  }

  /// Marks a ticket as used, for good.
  /// - Parameters:
  ///   - ticket: The ticket's own digest.
  ///   - id: Under which it was kept.
  ///   - expiry: When it ends, in seconds since 1970: always the same of the same ticket.
  /// - Throws: If no mark can be made: it must not carry early data then.
  package func mark(
    _ ticket: Digest, keptUnder id: [UInt8], endingAt expiry: Int64, now: WallTime
  ) throws(StoreError) -> Result {
    // What is missing is made, for the tickets that come.
    guard let folder = try open(create: true), try MarksID.find(in: folder, create: true) == id else {
      return .otherMarks
    }
    return try marks.mark(ticket, endingAt: expiry, by: .engine, in: folder, now: now) == nil ? .marked : .used
  }

  private func open(create: Bool) throws(StoreError) -> Folder? {
    guard let found = try Folder.open(place, create: create) else { return nil }
    // Opened as a location only, which can't be listed.
    let folder = try found.reopened()
    guard csessiontickets_is_on_tmpfs(folder.descriptor.number) != 0 else {
      throw StoreError(
        .unsafe, "marks of early data must end with the boot, and this is no tmpfs; name a folder on one",
        place: place.path.description)
    }
    return folder
  }
}
