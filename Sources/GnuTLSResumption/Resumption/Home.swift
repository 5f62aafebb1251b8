internal import Glibc
internal import SessionTickets

/// The home that `$HOME` names.
enum Home {
  /// The home, if there is one in which the user may make something: it is the user's, or another's in which what is
  /// there already of a path is the user's. `sudo` may leave somebody else's, and that of a service is often `/`.
  static func own(holding path: [StaticString]) -> RawPath? {
    guard let home = Variables.absolutePath("HOME"), let owner = owner(of: home) else { return nil }
    if owner == geteuid() { return home }
    var last = home
    var lastOwner = owner
    for name in path {
      last = last.appending(name)
      guard let owner = self.owner(of: last) else { break }
      lastOwner = owner
    }
    return lastOwner == geteuid() ? home : nil
  }

  /// The home, whosoever it is. It isn't made if it is missing: that of system users is often `/nonexistent`, and means it.
  static func existing(for purpose: String) throws(StoreError) -> RawPath {
    guard let home = Variables.absolutePath("HOME") else {
      throw StoreError(.unavailable, "there is no place for \(purpose): HOME is not set to an absolute path", place: "")
    }
    guard owner(of: home) != nil else {
      throw StoreError(
        .unavailable, "there is no place for \(purpose): the home folder", place: home.description, errno: errno)
    }
    return home
  }

  /// Nil if nothing of this name can be seen.
  static func owner(of path: RawPath) -> uid_t? {
    var status = stat()
    return unsafe path.withCString { unsafe stat($0, &status) } == 0 ? status.st_uid : nil
  }
}
