internal import CGnuTLS

/// The GnuTLS that runs. Session data are readable only by the version that packed them.
enum GnuTLSVersion {
  static let current = unsafe gnutls_check_version(nil).map { unsafe String(cString: $0) } ?? "unknown"
}
