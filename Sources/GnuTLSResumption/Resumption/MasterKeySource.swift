public import SessionTickets

/// Where the master key comes from.
public struct MasterKeySource: Sendable {
  enum Kind: Sendable {
    case standardFile
    case file(RawPath)
    case keys(KeyRing)
  }

  let kind: Kind

  /// The user's key file, see ``StandardPlaces``: `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`.
  /// It is made when the first record is stored; a service's credential is only read.
  public static let standardFile = MasterKeySource(kind: .standardFile)

  /// A file of 32 random bytes, readable by its owner alone. It is made when the first record is stored.
  public static func file(_ path: RawPath) -> MasterKeySource { MasterKeySource(kind: .file(path)) }

  /// The same, for a path that is text.
  public static func file(_ path: String) -> MasterKeySource { .file(RawPath(path)) }

  /// Keys that the caller keeps.
  public static func keys(_ ring: KeyRing) -> MasterKeySource { MasterKeySource(kind: .keys(ring)) }
}
