import CSessionTickets
import Glibc

/// Who may make something, and where: nobody's folders but one's own, and below no other root than that which the library was
/// first used under.
enum Making {
  private static let choice =
    "choose another place with --store or --key-file, or GNUTLS_RESUME_STORE or GNUTLS_RESUME_KEY_FILE"

  /// What the root folder was when the library was first used.
  private static let firstRoot = root()

  /// Looks at the root folder, if nobody has yet.
  static func noteRoot() { _ = firstRoot }

  private static func root() -> FileIdentity? {
    var status = stat()
    return unsafe stat("/", &status) == 0 ? FileIdentity(status) : nil
  }

  /// Refuses if the process has another root folder now (chroot(2)): the same path names another place there.
  static func requireFirstRoot(for place: @autoclosure () -> String) throws(StoreError) {
    guard let firstRoot, root() == firstRoot else {
      throw StoreError(
        .unavailable, "nothing is made since the root folder has changed; \(choice)", place: place())
    }
  }

  /// Makes a folder of mode 0700. That there is one already is no error.
  /// - Parameter parent: What is known of the folder that it is made in.
  /// - Returns: 0, EEXIST, or ENOENT if the parent was deleted.
  static func makeFolder(
    _ name: EntryName, in number: Int32, _ parent: stat, for place: @autoclosure () -> String
  ) throws(StoreError) -> Int32 {
    guard parent.st_uid == geteuid() else {
      throw StoreError(
        .unavailable,
        "'\(name.text)' is missing, and isn't made by user \(geteuid()) in a folder of user \(parent.st_uid); \(choice)",
        place: place())
    }
    try requireFirstRoot(for: place())
    guard unsafe csessiontickets_make_folder(number, name.characters) != 0 else { return 0 }
    let code = errno
    guard code == EEXIST || code == ENOENT else {
      throw StoreError(.unavailable, "the folder '\(name.text)' can't be made", place: place(), errno: code)
    }
    return code
  }
}
