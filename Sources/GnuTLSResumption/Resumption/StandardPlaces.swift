internal import CSessionTickets
internal import Glibc
public import SessionTickets

/// Where a user's tickets and master key are kept, unless somebody says otherwise (XDG Base Directory Specification).
///
/// Variables count byte by byte. A program that has more rights than who runs it (`AT_SECURE`) has none of them.
public enum StandardPlaces {
  /// `$XDG_STATE_HOME/gnutls-resume`, else `~/.local/state/gnutls-resume`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path, or
  ///   the home folder isn't there.
  public static func store() throws(StoreError) -> RawPath { try storePlace().path }

  /// `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path, or
  ///   the home folder isn't there.
  public static func masterKey() throws(StoreError) -> RawPath { try masterKeyPlace().path }

  /// The same, with the home that is never made.
  package static func storePlace() throws(StoreError) -> FolderPlace {
    if let folder = absolutePath("XDG_STATE_HOME") { return below(folder, "gnutls-resume") }
    return FolderPlace(base: try home("a ticket store"), ".local/state/gnutls-resume")
  }

  /// The same, with the home that is never made.
  package static func masterKeyPlace() throws(StoreError) -> FolderPlace {
    if let folder = absolutePath("XDG_CONFIG_HOME") { return below(folder, "gnutls-resume/key") }
    return FolderPlace(base: try home("the master key"), ".config/gnutls-resume/key")
  }

  /// The specification has such a folder made; but if it is in a home, that isn't.
  private static func below(_ folder: RawPath, _ relative: StaticString) -> FolderPlace {
    let path = folder.appending(relative)
    guard let home = absolutePath("HOME"), folder.bytes.starts(with: home.bytes + [UInt8(ascii: "/")]) else {
      return FolderPlace(path)
    }
    return FolderPlace(path: path, base: home)
  }

  // What lies below is made when it is missing; a home is not. That of system users is often `/nonexistent`, and means
  // it.
  private static func home(_ purpose: String) throws(StoreError) -> RawPath {
    guard let home = absolutePath("HOME") else {
      throw StoreError(.unavailable, "there is no place for \(purpose): HOME is not set to an absolute path", place: "")
    }
    guard unsafe home.withCString({ unsafe access($0, F_OK) }) == 0 else {
      throw StoreError(
        .unavailable, "there is no place for \(purpose): the home folder", place: home.description, errno: errno)
    }
    return home
  }

  // The specification: relative paths are to be ignored.
  private static func absolutePath(_ variable: String) -> RawPath? {
    guard let value = unsafe csessiontickets_environment(variable) else { return nil }
    let path = unsafe RawPath(cString: value)
    return path.isAbsolute ? path : nil
  }
}
