internal import Glibc
public import SessionTickets

/// Where a user's tickets and master key are kept, unless somebody says otherwise (XDG Base Directory Specification).
public enum StandardPlaces {
  /// `$XDG_STATE_HOME/gnutls-resume`, else `~/.local/state/gnutls-resume`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path, or
  ///   the home folder isn't there.
  public static func store() throws(StoreError) -> String {
    if let folder = absolutePath("XDG_STATE_HOME") { return "\(folder)/gnutls-resume" }
    return "\(try home("a ticket store"))/.local/state/gnutls-resume"
  }

  /// `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path, or
  ///   the home folder isn't there.
  public static func masterKey() throws(StoreError) -> String {
    if let folder = absolutePath("XDG_CONFIG_HOME") { return "\(folder)/gnutls-resume/key" }
    return "\(try home("the master key"))/.config/gnutls-resume/key"
  }

  // What lies below is made when it is missing; a home is not. That of system users is often `/nonexistent`, and means
  // it.
  private static func home(_ purpose: String) throws(StoreError) -> String {
    guard let home = absolutePath("HOME") else {
      throw StoreError(.unavailable, "there is no place for \(purpose): HOME is not set to an absolute path", place: "")
    }
    guard unsafe access(home, F_OK) == 0 else {
      throw StoreError(.unavailable, "there is no place for \(purpose): the home folder", place: home, errno: errno)
    }
    return home
  }

  // The specification: relative paths are to be ignored.
  private static func absolutePath(_ variable: String) -> String? {
    guard let value = unsafe getenv(variable) else { return nil }
    let path = unsafe String(cString: value)
    return path.hasPrefix("/") ? path : nil
  }
}
