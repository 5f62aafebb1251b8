package import Glibc
package import SessionTickets

/// `/var/lib/gnutls-resume/UID`, which root makes for a user who has no home.
package enum FixedUserFolder {
  package static var parent: RawPath { "/var/lib/gnutls-resume" }

  package static func path(of user: uid_t) -> RawPath {
    parent.appending(Array("\(user)".utf8))
  }

  /// Whether the number stands for one user. Those of systemd's dynamic users are used again (systemd-system.conf(5),
  /// "DynamicUser"), and `nobody` is whoever has no other number (user_namespaces(7)).
  package static func mayBelong(to user: uid_t) -> Bool {
    let (firstDynamic, lastDynamic): (uid_t, uid_t) = (61_184, 65_519)
    let none: [uid_t] = [65_534, 65_535, .max]
    return !(firstDynamic...lastDynamic).contains(user) && !none.contains(user)
  }

  /// Who may write there could put one user's folder in another's place.
  static var isParentSafe: Bool {
    var status = stat()
    return unsafe parent.withCString { unsafe lstat($0, &status) } == 0 && status.isKind(S_IFDIR)
      && status.st_uid == 0 && !status.isWritableByOthers
  }
}
