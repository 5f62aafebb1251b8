import Foundation
public import Testing

/// A program or capability of the machine that a test needs.
///
/// A test says `@Test(.needs(.nginx))`: where it is missing, the test is skipped by name, or fails if `CI` is set.
public enum Peer: String, Sendable, CaseIterable {
  case openssl
  case nginx
  case gnutlsCli = "gnutls-cli"
  case gnutlsServ = "gnutls-serv"
  case certtool
  case curl
  case wget, wget2, lftp, git, fcgiwrap, vsftpd
  case fish, csh, strace
  case redis = "redis-server"
  case compiler = "cc"
  /// Headers and library of the libcurl that uses GnuTLS.
  case libcurlGnuTLS = "libcurl-gnutls"
  /// apt's method for HTTPS.
  case aptHTTPS = "/usr/lib/apt/methods/https"
  case superuser
  case valgrind
  case gcc
  /// Another C library's compiler.
  case musl = "musl-gcc"
  case gxx = "g++"
  /// Unprivileged network namespaces, for ``GnuTLSServ``.
  case networkNamespaces = "network namespaces (unshare -rn)"
  /// Unprivileged mount namespaces, for file systems that are full or read-only.
  case mountNamespaces = "mount namespaces (unshare -rm)"

  /// Whether the machine has it.
  public var isAvailable: Bool { Self.available.contains(self) }

  /// Whether the test is to run: always in continuous integration, where it then fails for what is missing.
  public var isUsable: Bool { isAvailable || Self.isContinuousIntegration }

  public static let isContinuousIntegration = !(ProcessInfo.processInfo.environment["CI"] ?? "").isEmpty

  private static let available = Set(allCases.filter(\.isFound))

  private var isFound: Bool {
    let command =
      switch self {
      case .networkNamespaces: ["unshare", "-rn", "sh", "-c", "ip link set lo up"]
      case .mountNamespaces: ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
      case .libcurlGnuTLS:
        ["sh", "-c", "echo '#include <curl/curl.h>' | cc -E - && cc -shared -o /dev/null -lcurl-gnutls"]
      case .superuser: ["sh", "-c", "[ $(id -u) = 0 ]"]
      default: ["sh", "-c", "command -v \(rawValue)"]
      }
    return (try? ProcessRunner.run(command))?.status == 0
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test by name if one of the peers is missing, or lets it fail in continuous integration.
  public static func needs(_ peers: Peer...) -> ConditionTrait {
    let missing = peers.filter { !$0.isUsable }.map(\.rawValue)
    return .enabled(if: missing.isEmpty, "missing: \(missing.joined(separator: ", "))")
  }
}
