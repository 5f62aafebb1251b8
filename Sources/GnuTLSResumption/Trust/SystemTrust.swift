internal import CGnuTLS
internal import Glibc

/// Where GnuTLS finds what the whole system trusts, and how.
enum SystemTrust {
  /// The file of all the system's anchors, on Debian and what derives from it; nil elsewhere, where GnuTLS may have been
  /// built to ask p11-kit.
  static let file: String? =
    unsafe access("/etc/debian_version", F_OK) == 0
    ? "/etc/ssl/certs/ca-certificates.crt" : nil

  /// GnuTLS's configuration file, which changes what it trusts. It need not be there.
  static var configuration: String { unsafe String(cString: gnutls_get_system_config_file()) }

  /// The configuration file as this process found it. GnuTLS reads it when it is loaded, and not always again: what has
  /// changed since may not count yet.
  static let configurationNote: TrustNote =
    (try? TrustFile(configuration, purpose: "")).map { .file($0.stamp, SHA256.digest($0.bytes)) } ?? .absent
}
