/// What became of a connection that was to be opened by TCP Fast Open (RFC 7413): see <doc:FastOpen>.
public enum FastOpenOutcome: Hashable, Sendable {
  /// That many bytes of the first flight, `of` so many, have left with the SYN, and the server has taken them then. The rest
  /// went a round trip later.
  case accepted(bytes: Int, of: Int)
  /// They have left with the SYN, and the server has passed them over: the kernel has sent them again, a round trip later.
  case ignored(bytes: Int, of: Int)
  /// They may have left with the SYN of a connection that failed, and another was made in the ordinary way.
  case repeated
  /// The connection was made in the ordinary way.
  case notTried(FastOpenReason)
}

/// Why a connection was made in the ordinary way.
public struct FastOpenReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// The kernel has no cookie of the address, and has asked for one; or it has paused fast open; or it wasn't the first
  /// address that has answered.
  public static let noCookie = FastOpenReason(rawValue: "noCookie")
  /// The machine's settings forbid it (`net.ipv4.tcp_fastopen`).
  public static let disabled = FastOpenReason(rawValue: "disabled")
  /// The kernel doesn't know it.
  public static let unsupported = FastOpenReason(rawValue: "unsupported")
  /// TLS isn't what comes first: a proxy, or STARTTLS.
  public static let prelude = FastOpenReason(rawValue: "prelude")
  /// A connection to this server that was opened so has failed within the last day, and one in the ordinary way hasn't.
  public static let resting = FastOpenReason(rawValue: "resting")
}

extension FastOpenReason: CustomStringConvertible {
  public var description: String { rawValue }
}
