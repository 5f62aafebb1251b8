internal import Glibc
internal import SessionTickets

/// Where GnuTLS finds the anchors that the whole system trusts.
enum SystemTrust {
  /// The file of all of them, on Debian and what derives from it; nil elsewhere, where GnuTLS may have been built to ask
  /// p11-kit.
  static let file: RawPath? =
    unsafe access("/etc/debian_version", F_OK) == 0
    ? RawPath("/etc/ssl/certs/ca-certificates.crt") : nil
}
