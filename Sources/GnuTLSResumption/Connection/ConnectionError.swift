internal import Glibc

/// Why a connection could not be made or used: one sentence for people, and what lies under it.
///
/// Errors with the same ``code-swift.property`` are equal.
public struct ConnectionError: Error, Sendable {
  /// An open set of causes.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The configuration can't be used: a priority string, a certificate, a name.
    public static let configuration = Code(rawValue: "configuration")
    /// The host's name has no address.
    public static let notFound = Code(rawValue: "notFound")
    /// No address of the host could be connected to.
    public static let notConnected = Code(rawValue: "notConnected")
    /// It took too long.
    public static let timedOut = Code(rawValue: "timedOut")
    /// The TLS handshake failed.
    public static let handshake = Code(rawValue: "handshake")
    /// The peer is not trusted.
    public static let notTrusted = Code(rawValue: "notTrusted")
    /// Reading or writing failed after the handshake.
    public static let broken = Code(rawValue: "broken")
    /// The peer closed the connection without saying so: data may be missing.
    public static let truncated = Code(rawValue: "truncated")
    /// The connection has been closed on this side.
    public static let closed = Code(rawValue: "closed")
  }

  public let code: Code
  /// What happened, to which server, in words.
  public let message: String
  /// GnuTLS's error, if it was one.
  public let underlying: GnuTLSError?
  /// The system's error number, or 0.
  public let errno: Int32

  package init(_ code: Code, _ message: String, underlying: GnuTLSError? = nil, errno: Int32 = 0) {
    self.code = code
    self.message = message
    self.underlying = underlying
    self.errno = errno
  }
}

extension ConnectionError: Equatable {
  public static func == (left: ConnectionError, right: ConnectionError) -> Bool { left.code == right.code }
}

extension ConnectionError: CustomStringConvertible {
  /// One line.
  public var description: String {
    var text = message
    if let underlying { text += ": \(underlying)" }
    if errno != 0 { text += ": \(unsafe String(cString: strerror(errno)))" }
    return text
  }
}
