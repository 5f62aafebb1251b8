import Glibc

/// Who uses a ticket that both have: an engine by way of a store, and a program that has got it from its TLS library.
package enum TicketUser: Sendable {
  case engine
  case program
}

/// Marks of tickets that were used, in a folder beside a store: whoever makes a ticket's mark first uses it.
///
/// A mark is a symbolic link that leads to one letter: made at once or not at all, without a descriptor, and without a byte on
/// the disk. It lies in a folder of the day on which its ticket ends, and goes with it: no purge, no bound and no change of keys
/// takes it away before.
package final class UseMarks: Sendable {
  private static let secondsOfDay: Int64 = 86_400
  /// A ticket lives seven days at most (RFC 8446, section 4.6.1). One more, as a clock may be set.
  private static let mostDays: Int64 = 8
  /// How many marks of ended days are removed at once: whoever removes them has a connection to make.
  private static let mostRemoved = 128

  private let place: FolderPlace
  /// The size of a day's folder, in bytes as its file system counts them, from which on it takes no mark: some hundred
  /// thousand on ext4.
  private let mostBytes: Int64

  /// - Parameter place: The store's folder.
  package init(at place: FolderPlace, mostBytes: Int64 = 16 << 20) {
    Making.noteRoot()
    self.place = place
    self.mostBytes = mostBytes
  }

  /// Marks a ticket as used.
  /// - Parameters:
  ///   - ticket: The ticket's own digest, under no key.
  ///   - expiry: When it ends, in seconds since 1970: always the same of the same ticket.
  /// - Returns: Who has marked it before; nil if nobody has. A program may go on without a mark where no more are taken: no
  ///   engine uses such a ticket.
  /// - Throws: If nobody can tell. The ticket is nobody's then.
  package func mark(
    _ ticket: Digest, endingAt expiry: Int64, by user: TicketUser, now: WallTime
  ) throws(StoreError) -> TicketUser? {
    try mark(ticket, endingAt: expiry, by: user, in: nil, now: now)
  }

  /// The same, in a folder that has been opened, lest its path leads elsewhere meanwhile.
  /// - Parameter root: Nil: the path is followed, and what is missing is made.
  func mark(
    _ ticket: Digest, endingAt expiry: Int64, by user: TicketUser, in root: Folder?, now: WallTime
  ) throws(StoreError) -> TicketUser? {
    let day = expiry / Self.secondsOfDay
    let today = now.seconds / Self.secondsOfDay
    guard (today - 1...today + Self.mostDays).contains(day) else {
      throw StoreError(.unavailable, "a ticket ends at a time that can't be", place: place.path.description)
    }
    let id = ticket.bytes.prefix(16)
    let name = EntryName(Hexadecimal.encode(id))
    let folders = try folders(of: day, in: root)
    let folder = folders.day
    // Often enough, that more go than come.
    defer { if (id.first ?? 0).isMultiple(of: 64) { removeEnded(in: folders.all, today: today, now: folder) } }
    if user == .program, try isFull(folder) { return try self.user(of: name, in: folder) }
    guard unsafe symlinkat(user.letter.characters, folder.descriptor.number, name.characters) == 0 else {
      guard errno == EEXIST else { throw folder.failure("a ticket can't be marked as used", errno: errno) }
      // Somebody may just be removing it, and whose it was can't be told then.
      return try self.user(of: name, in: folder) ?? .engine
    }
    // Only now: a program that finds the folder full looks for this mark afterwards.
    if user == .engine, try isFull(folder) {
      throw StoreError(.unavailable, "too many tickets are marked as used", place: place.path.description)
    }
    return nil
  }

  private func folders(of day: Int64, in known: Folder?) throws(StoreError) -> (all: Folder, day: Folder) {
    var root = known
    if root == nil { root = try Folder.open(place, create: true) }
    guard let root, let all = try root.subfolder(EntryName("used"), create: true) else {
      throw StoreError(.unavailable, "the folder is being deleted", place: place.path.description)
    }
    guard let folder = try all.subfolder(EntryName(Self.dayName(day)), create: true) else {
      throw StoreError(.unavailable, "the folder is being deleted", place: all.path)
    }
    return (all, folder)
  }

  /// Nil if there is none.
  private func user(of name: EntryName, in folder: Folder) throws(StoreError) -> TicketUser? {
    var letter: CChar = 0
    let count = unsafe readlinkat(folder.descriptor.number, name.characters, &letter, 1)
    guard count >= 0 else {
      guard errno == ENOENT else { throw folder.failure("a mark can't be read", errno: errno) }
      return nil
    }
    return letter == TicketUser.program.letter.characters.first ? .program : .engine
  }

  private func isFull(_ folder: Folder) throws(StoreError) -> Bool {
    guard let status = folder.descriptor.status() else {
      throw folder.failure("the folder can't be examined", errno: errno)
    }
    return Int64(status.st_size) >= mostBytes
  }

  // MARK: Days

  private static func dayName(_ day: Int64) -> [UInt8] { Array(String(day).utf8) }

  private static func day(parsing name: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard !name.isEmpty, name.count < 12 else { return nil }
    var day: Int64 = 0
    for index in name.indices {
      let digit = unsafe name[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      day = day &* 10 &+ Int64(digit)
    }
    return day
  }

  /// Removes marks whose tickets have ended, some at a time.
  /// - Parameter folder: One into which something has just been put.
  private func removeEnded(in all: Folder, today: Int64, now folder: Folder) {
    guard let now = folder.lastChange else { return }
    var ended: [EntryName] = []
    unsafe try? all.reopened().forEachName { name in
      if let day = unsafe Self.day(parsing: name), day < today - 1 {
        unsafe ended.append(EntryName(name))
      }
    }
    var left = Self.mostRemoved
    // From anywhere on: what can't be removed isn't always in the way.
    for name in ended.shuffled() where left > 0 {
      left -= 1
      guard let folder = try? all.subfolder(name, create: false), let last = folder.lastChange,
        // By the clock of the file system too: that of one process may be wrong.
        last < now - 2 * Self.secondsOfDay
      else { continue }
      var marks: [EntryName] = []
      // More than that many is no trouble here.
      unsafe try? folder.reopened().forEachName(atMost: left) { name in
        if marks.count < left { unsafe marks.append(EntryName(name)) }
      }
      for mark in marks where !mark.isDots {
        _ = unsafe unlinkat(folder.descriptor.number, mark.characters, 0)
        left -= 1
      }
      _ = unsafe unlinkat(all.descriptor.number, name.characters, AT_REMOVEDIR)
    }
  }
}

extension Folder {
  /// When something was put into it or taken out last, in seconds since 1970; nil if that can't be told.
  fileprivate var lastChange: Int64? { descriptor.status().map { Int64($0.st_mtim.tv_sec) } }
}

extension TicketUser {
  fileprivate var letter: EntryName {
    switch self {
    case .engine: EntryName("e")
    case .program: EntryName("p")
    }
  }
}
