/// Where the master key comes from.
public struct MasterKeySource: Sendable {
  enum Kind: Sendable {
    case standardFile
    case file(String)
    case keys(KeyRing)
  }

  let kind: Kind

  /// The user's key file: `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`. It is made when
  /// the first record is stored.
  public static let standardFile = MasterKeySource(kind: .standardFile)

  /// A file of 32 random bytes, readable by its owner alone. It is made when the first record is stored.
  public static func file(_ path: String) -> MasterKeySource { MasterKeySource(kind: .file(path)) }

  /// Keys that the caller keeps.
  public static func keys(_ ring: KeyRing) -> MasterKeySource { MasterKeySource(kind: .keys(ring)) }
}
