import Glibc

/// A small file that is made once, and is the same for all who read it, however many try to make it at once.
///
/// An empty one counts as missing, as a crash of the system may have left it; but not a credential, which somebody else made.
package struct OnceMadeFile: Sendable {
  let folder: Folder
  let name: EntryName
  /// The most that it may have, in bytes.
  private let limit: Int
  private let privacy: FilePrivacy

  package init(_ name: EntryName, in folder: Folder, atMost limit: Int, _ privacy: FilePrivacy = .own) {
    self.folder = folder
    self.name = name
    self.limit = limit
    self.privacy = privacy
  }

  /// Returns nil if it is missing.
  package func read() throws(StoreError) -> [UInt8]? {
    switch try folder.read(name, atMost: limit, privacy) {
    case .missing: return nil
    case .contents([]) where privacy != .credential: return nil
    case .contents(let bytes): return bytes
    case .unusable(let fault): throw StoreError(.unsafe, fault.text, place: "\(folder.path)/\(name.text)")
    }
  }

  /// Reads it, or makes it of the given contents; returns what is there in the end.
  package func readOrMake(
    _ contents: [UInt8], method: InstallMethod = .unnamed, now: WallTime
  ) throws(StoreError) -> [UInt8] {
    if let bytes = try read() { return bytes }
    if try make(contents, method, now) { return contents }
    if let bytes = try read() { return bytes }
    return try replaceEmpty(contents, method, now)
  }

  /// Returns false if there is one.
  private func make(_ contents: [UInt8], _ method: InstallMethod, _ now: WallTime) throws(StoreError) -> Bool {
    try Making.requireFirstRoot(for: folder.path)
    var file = try PreparedFile(in: folder, contents: contents, method: method, now: now)
    return try file.link(as: name)
  }

  /// Only here is there a lock, or else two processes could each believe in their own file.
  private func replaceEmpty(
    _ contents: [UInt8], _ method: InstallMethod, _ now: WallTime
  ) throws(StoreError) -> [UInt8] {
    let lock = try folder.reopened()
    guard flock(lock.descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
      throw folder.failure("another process is making '\(name.text)'", errno: errno)
    }
    if let bytes = try read() { return bytes }
    guard unsafe unlinkat(folder.descriptor.number, name.characters, 0) == 0 || errno == ENOENT else {
      throw folder.failure("the empty file '\(name.text)' can't be replaced", errno: errno)
    }
    if try make(contents, method, now) { return contents }
    guard let bytes = try read() else { throw folder.failure("'\(name.text)' can't be made", errno: 0) }
    return bytes
  }
}
