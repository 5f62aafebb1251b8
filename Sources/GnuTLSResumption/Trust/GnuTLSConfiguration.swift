internal import CGnuTLS

/// GnuTLS's own configuration file, with which an administrator says what all programs may use and trust. It need not be
/// there.
enum GnuTLSConfiguration {
  private static let path = unsafe String(cString: gnutls_get_system_config_file())

  /// Where GnuTLS looks for it.
  static var source: TrustSource { .configuration(path) }

  /// Nil if there is none.
  static var stamp: FileStamp? { FileStamp(path: path) }

  /// The file as this process found it. GnuTLS reads it when it is loaded, and not always again: what has changed since
  /// may not count yet.
  static let note = (try? TrustFile(path, purpose: ""))?.note ?? .absent
}
