internal import Glibc
public import SessionTickets

/// Where a user's tickets and master key are kept, unless somebody says otherwise (XDG Base Directory Specification).
public enum StandardPlaces {
  /// `$XDG_STATE_HOME/gnutls-resume`, else `~/.local/state/gnutls-resume`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path.
  public static func store() throws(StoreError) -> String {
    if let folder = absolutePath("XDG_STATE_HOME") { return "\(folder)/gnutls-resume" }
    if let home = absolutePath("HOME") { return "\(home)/.local/state/gnutls-resume" }
    throw StoreError(.unavailable, "there is no place for a ticket store: HOME is not set", place: "")
  }

  /// `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`.
  /// - Throws: `StoreError` of code `unavailable` if neither variable is set to an absolute path.
  public static func masterKey() throws(StoreError) -> String {
    if let folder = absolutePath("XDG_CONFIG_HOME") { return "\(folder)/gnutls-resume/key" }
    if let home = absolutePath("HOME") { return "\(home)/.config/gnutls-resume/key" }
    throw StoreError(.unavailable, "there is no place for the master key: HOME is not set", place: "")
  }

  // The specification: relative paths are to be ignored.
  private static func absolutePath(_ variable: String) -> String? {
    guard let value = unsafe getenv(variable) else { return nil }
    let path = unsafe String(cString: value)
    return path.hasPrefix("/") ? path : nil
  }
}
