internal import CSessionTickets
internal import Glibc
internal import SessionTickets

/// Where users without a home keep things: system services, and users such as `_apt`.
enum ServiceFolder {
  /// The first of `$STATE_DIRECTORY` (systemd.exec(5)).
  case state(RawPath)
  /// What root has made for one user: see ``FixedUserFolder``.
  case fixed(RawPath)

  /// The one that is the user's; nil if there is none.
  /// - Throws: If there are only ones that can't be used.
  static func find() throws(StoreError) -> ServiceFolder? {
    // Whoever runs such a program isn't who it runs for.
    guard csessiontickets_is_secure() == 0 else { return nil }
    var failure: StoreError?
    if let path = Variables.firstAbsolutePath("STATE_DIRECTORY") {
      // It may have been inherited from another user's service.
      do throws(StoreError) {
        if try isUsable(path) { return .state(path) }
      } catch {
        failure = error
      }
    }
    if FixedUserFolder.mayBelong(to: geteuid()), FixedUserFolder.isParentSafe {
      let path = FixedUserFolder.path(of: geteuid())
      if try isUsable(path) { return .fixed(path) }
    }
    if let failure { throw failure }
    return nil
  }

  private static func isUsable(_ path: RawPath) throws(StoreError) -> Bool {
    try Folder.open(FolderPlace(path: path, base: path, origin: .system), create: false) != nil
  }
}
