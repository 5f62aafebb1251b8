public import SessionTickets

/// Where the master key comes from.
public struct MasterKeySource: Sendable {
  enum Kind: Sendable {
    case standardFile
    case file(RawPath)
    case handedOutFile(RawPath)
    case keys(KeyRing)
    case ephemeral
  }

  let kind: Kind

  /// The user's key file, see ``StandardPlaces``: `$XDG_CONFIG_HOME/gnutls-resume/key`, else `~/.config/gnutls-resume/key`.
  /// It is made when the first record is stored; a service's credential is only read.
  public static let standardFile = MasterKeySource(kind: .standardFile)

  /// A file of keys, readable by its owner alone. It is made when the first record is stored. See ``MasterKeyFile``.
  public static func file(_ path: RawPath) -> MasterKeySource { MasterKeySource(kind: .file(path)) }

  /// The same, for a path that is text.
  public static func file(_ path: String) -> MasterKeySource { .file(RawPath(path)) }

  /// A file of keys that other machines have too: it is never made, as it would hold another key.
  public static func handedOutFile(_ path: RawPath) -> MasterKeySource { MasterKeySource(kind: .handedOutFile(path)) }

  /// Keys that the caller keeps.
  public static func keys(_ ring: KeyRing) -> MasterKeySource { MasterKeySource(kind: .keys(ring)) }

  /// A key that is drawn when the first record is stored, and never leaves the process: for a store that doesn't outlive it.
  public static let ephemeral = MasterKeySource(kind: .ephemeral)
}
