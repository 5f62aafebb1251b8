internal import CSessionTickets
internal import Glibc
public import SessionTickets

/// Where a user's tickets and master key are kept, unless somebody says otherwise (XDG Base Directory Specification).
///
/// Who has no home keeps them in the first folder of `$STATE_DIRECTORY`, which systemd gives to services, or in
/// `/var/lib/gnutls-resume/UID`, if root has made it for this user.
///
/// Variables count byte by byte. A program that has more rights than who runs it (`AT_SECURE`) has none of them, and no
/// place.
public enum StandardPlaces {
  /// `$XDG_STATE_HOME/gnutls-resume`, else `~/.local/state/gnutls-resume`; without a home
  /// `$STATE_DIRECTORY/gnutls-resume/tickets`, else `/var/lib/gnutls-resume/UID/tickets`.
  /// - Throws: `StoreError` if there is none of these: no variable is set to an absolute path, and no folder there is the
  ///   user's own.
  public static func store() throws(StoreError) -> RawPath { try storePlace().path }

  /// `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`; without a home the credential
  /// `$CREDENTIALS_DIRECTORY/gnutls-resume.key`, if there is one, else `secret/key` beside the tickets.
  /// - Throws: `StoreError` if there is none of these: no variable is set to an absolute path, and no folder there is the
  ///   user's own.
  public static func masterKey() throws(StoreError) -> RawPath { try masterKeyPlace().path }

  /// The same, with the home that is never made.
  package static func storePlace() throws(StoreError) -> FolderPlace {
    if let folder = Variables.absolutePath("XDG_STATE_HOME") { return below(folder, "gnutls-resume") }
    if let home = Home.own(holding: [".local", "state", "gnutls-resume"]) { return storePlace(in: home) }
    switch try ServiceFolder.find() {
    case .state(let folder): return FolderPlace(base: folder, "gnutls-resume/tickets", origin: .system)
    case .fixed(let folder): return FolderPlace(base: folder, "tickets", origin: .system)
    case nil: return storePlace(in: try Home.existing(for: "a ticket store"))
    }
  }

  /// The same, with the home that is never made.
  package static func masterKeyPlace() throws(StoreError) -> FolderPlace {
    if let folder = Variables.absolutePath("XDG_CONFIG_HOME") { return below(folder, "gnutls-resume/key") }
    if let home = Home.own(holding: [".config", "gnutls-resume"]) { return masterKeyPlace(in: home) }
    if let credential { return credential }
    switch try ServiceFolder.find() {
    case .state(let folder): return FolderPlace(base: folder, "gnutls-resume/secret/key", origin: .system)
    case .fixed(let folder): return FolderPlace(base: folder, "secret/key", origin: .system)
    case nil: return masterKeyPlace(in: try Home.existing(for: "the master key"))
    }
  }

  /// `$XDG_RUNTIME_DIR/gnutls-resume/early-data`, else the same below `/run/user/UID`. Nil for a program that has more
  /// rights than who runs it.
  static func earlyDataMarks() -> FolderPlace? {
    guard csessiontickets_is_secure() == 0 else { return nil }
    let folder = Variables.absolutePath("XDG_RUNTIME_DIR") ?? RawPath("/run/user/" + String(geteuid()))
    return FolderPlace(base: folder, "gnutls-resume/early-data")
  }

  private static func storePlace(in home: RawPath) -> FolderPlace {
    FolderPlace(base: home, ".local/state/gnutls-resume")
  }

  private static func masterKeyPlace(in home: RawPath) -> FolderPlace {
    FolderPlace(base: home, ".config/gnutls-resume/key")
  }

  /// What the service manager has given a service, if it can be seen: a variable that was inherited is another's.
  private static var credential: FolderPlace? {
    guard let folder = Variables.absolutePath("CREDENTIALS_DIRECTORY") else { return nil }
    let place = FolderPlace(base: folder, "gnutls-resume.key", origin: .credentials)
    return Home.owner(of: place.path) == nil ? nil : place
  }

  /// The specification has such a folder made; but if it is in a home, that isn't.
  private static func below(_ folder: RawPath, _ relative: StaticString) -> FolderPlace {
    let path = folder.appending(relative)
    guard let home = Variables.absolutePath("HOME"), folder.bytes.starts(with: home.bytes + [UInt8(ascii: "/")]) else {
      return FolderPlace(path)
    }
    return FolderPlace(path: path, base: home)
  }
}
