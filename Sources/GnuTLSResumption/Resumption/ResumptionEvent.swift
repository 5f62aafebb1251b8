public import SessionTickets

/// Something that a connection's resumption has done. None of it holds a secret.
public struct ResumptionEvent: Sendable {
  public enum Step: Sendable {
    /// It was looked for what may be offered, and this was claimed; nil: nothing.
    case claim(RecordKind?)
    /// The handshake is over, and so is the verification of the peer. Not told of one whose ClientHello the engine's hook
    /// hasn't seen, as an application's has taken its place.
    case handshake(HandshakeResult)
    /// Tickets that came were handed to the store, which took some of them.
    case keep(received: Int, stored: Int)
  }

  /// How a handshake has ended.
  public enum HandshakeResult: Sendable {
    /// The peer is trusted.
    /// - Parameters:
    ///   - isResumed: By a ticket or session, from wherever it came.
    ///   - protocolName: As GnuTLS calls it, for example `TLS1.3` or `DTLS1.2`.
    case established(isResumed: Bool, protocolName: String)
    /// The peer isn't.
    case refused
    /// It was broken, or given up.
    case failed
  }

  public let server: ServerIdentity
  public let step: Step
  /// When the step began, by the wall clock: of a handshake, when the ClientHello was made.
  public let beginning: WallTime
  /// How long it took, in nanoseconds: of a handshake until the peer was trusted or not, and so with what an application does
  /// between the two calls.
  public let nanoseconds: Int64
  /// What has become of the resumption so far.
  public let outcome: Outcome
}

/// Is told of events, on the thread of the call that has caused them, after the fact: it must not wait, nor call what it is
/// told about.
public typealias ResumptionObserver = @Sendable (ResumptionEvent) -> Void
