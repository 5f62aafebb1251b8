internal import CGnuTLS

/// GnuTLS's own configuration file, with which an administrator says what all programs may use and trust. It need not be
/// there.
enum GnuTLSConfiguration {
  /// Where GnuTLS looks for it.
  static var source: TrustSource { .configuration(unsafe String(cString: gnutls_get_system_config_file())) }

  /// The file as this process found it. GnuTLS reads it when it is loaded, and not always again: what has changed since
  /// may not count yet.
  static let note: TrustNote = {
    guard case .configuration(let path) = source, let file = try? TrustFile(path, purpose: "") else { return .absent }
    return .file(file.stamp, SHA256.digest(file.bytes))
  }()
}
