internal import Glibc
public import SessionTickets

/// What the engine verifies a peer against.
///
/// Name and purpose (TLS server) are always verified too.
public struct VerificationPolicy: Hashable, Sendable {
  enum Anchors: Hashable, Sendable {
    case system
    case file(RawPath)
    case folder(RawPath)
    /// The digest is nil if GnuTLS gives none.
    case memory([UInt8], digest: Digest?)
    case sessionCredentials
  }

  let anchors: Anchors

  /// If there are any, the peer's verified path must contain one of these keys, at any place from the leaf to the
  /// anchor.
  public var pins: Set<PublicKeyPin> = []
  /// Paths of files with revocation lists (CRLs) in PEM. What they say counts as it stands there
  /// (`gnutls_certificate_set_x509_crl_file`): their signatures and dates are not looked at. Of several lists by one
  /// issuer only the newest counts.
  ///
  /// Not for ``sessionCredentials``, whose owner has put them there.
  public var revocationLists: [RawPath] = []
  /// For how long a verification is believed while nothing that it depended on changes, in seconds: a day unless set.
  /// 0 verifies the stored peer anew at every resumption.
  public var verdictLifetime: Int64 = 24 * 3600

  /// What the session's own credentials were loaded from; nil if that isn't known.
  var loadedTrust: [LoadedTrust]?

  init(anchors: Anchors) { self.anchors = anchors }

  /// The system's trust store (`gnutls_certificate_set_x509_system_trust`).
  public static let system = VerificationPolicy(anchors: .system)

  /// The certificates in a PEM file, and no others (`gnutls_certificate_set_x509_trust_file`).
  public static func file(_ path: RawPath) -> VerificationPolicy { VerificationPolicy(anchors: .file(path)) }

  /// The same, by the path that a text's UTF-8 is.
  public static func file(_ path: String) -> VerificationPolicy { file(RawPath(path)) }

  /// The certificates in the PEM files of a folder, and no others (`gnutls_certificate_set_x509_trust_dir`).
  public static func folder(_ path: RawPath) -> VerificationPolicy { VerificationPolicy(anchors: .folder(path)) }

  /// The same, by the path that a text's UTF-8 is.
  public static func folder(_ path: String) -> VerificationPolicy { folder(RawPath(path)) }

  /// The certificates in these bytes, in PEM, and no others (`gnutls_certificate_set_x509_trust_mem`).
  public static func anchors(pem: [UInt8]) -> VerificationPolicy {
    VerificationPolicy(anchors: .memory(pem, digest: SHA256.digest(pem)))
  }

  /// The trust list that the owner of an attached session has put into its certificate credentials. What is in it
  /// can't be told, so that the stored peer is verified anew at every resumption.
  public static let sessionCredentials = VerificationPolicy(anchors: .sessionCredentials)
}

extension VerificationPolicy {
  /// All that a verification depends on besides the peer, the identity and GnuTLS's configuration; nil where it can't be
  /// told.
  var sources: [TrustSource]? {
    let first: TrustSource
    switch anchors {
    case .system:
      guard let path = SystemTrust.file else { return nil }
      first = .file(path)
    case .file(let path): first = .file(path)
    case .folder(let path): first = .folder(path)
    case .memory(_, let digest):
      guard let digest else { return nil }
      first = .memory(digest: digest)
    case .sessionCredentials:
      return loadedTrust?.map { $0.source }
    }
    var sources = [first]
    for path in revocationLists { sources.append(.file(path)) }
    return sources
  }

  /// Which of the trust's files and folders can't be opened for reading now, if any: without it no connection would be
  /// trusted. Opens nothing, as opening may disturb whoever writes into a pipe.
  func unreadablePart() -> VerificationFailure? {
    let unreadable: VerificationFailure? =
      switch anchors {
      case .system: SystemTrust.file.flatMap { Self.unreadable("the trust file", $0) }
      case .file(let path): Self.unreadable("the trust file", path)
      case .folder(let path): Self.unreadable("the trust folder", path)
      case .memory, .sessionCredentials: nil
      }
    if let unreadable { return unreadable }
    for path in revocationLists {
      if let unreadable = Self.unreadable("the revocation list", path) { return unreadable }
    }
    return nil
  }

  private static func unreadable(_ purpose: String, _ path: RawPath) -> VerificationFailure? {
    // By the rights that opening goes by.
    guard unsafe path.withCString({ unsafe faccessat(AT_FDCWD, $0, R_OK, AT_EACCESS) }) != 0 else { return nil }
    return .unreadable(purpose, path, errno)
  }

  /// Whether the anchors and lists can be loaded, as far as that can be told without reading them.
  var isLoadable: Bool { unreadablePart() == nil }
}
