/// What the server does on each connection. A change takes effect with the next connection.
public struct ServerScript: Sendable, Equatable {
  /// The TLS versions that the server speaks.
  public enum Versions: Sendable, Equatable {
    case tls12And13, tls12, tls13
  }

  /// How the server lets TLS 1.2 clients resume.
  public enum TLS12Resumption: Sendable, Equatable {
    /// By session tickets (RFC 5077).
    case tickets
    /// By session ids, kept in the server's memory.
    case sessionIDs
    case none
  }

  /// Whether the server asks for a client certificate. It accepts any that comes.
  public enum ClientCertificate: Sendable, Equatable {
    case ignored, requested, required
  }

  /// What becomes of early data that a ticket allows.
  public enum EarlyData: Sendable, Equatable {
    case accepted
    /// Accepted even if the same flight was seen before: what a server without a memory, or with several, does.
    case acceptedWithReplays
    case refused
  }

  public var versions = Versions.tls12And13
  /// A whole priority string in place of `NORMAL`. The other options are still appended to it.
  public var priorities: String?
  /// GnuTLS's names of the only groups allowed, the preferred one first, such as `SECP384R1`. Empty: the default ones.
  public var groups: [String] = []
  /// The application protocols on offer. Empty: no ALPN.
  public var alpn: [String] = []
  public var clientCertificate = ClientCertificate.ignored
  /// Asks for one after the handshake, when the first data have come, whoever lets itself be asked then (RFC 8446, section
  /// 4.6.2).
  public var authenticatesLater = false

  public var tickets = TicketScript()
  public var tls12Resumption = TLS12Resumption.tickets
  /// Off: TLS 1.2 without the extended master secret (RFC 7627).
  public var extendedMasterSecret = true
  /// How many bytes of early data a ticket allows. 0: early data is off, and tickets don't mention it.
  public var maxEarlyData: UInt32 = 0
  public var earlyData = EarlyData.accepted

  /// Breaks the handshake off.
  public var failure: HandshakeFailure?
  /// Ends resumed connections so, before anything is answered.
  public var failureOfResumed: HandshakeFailure.Action?
  /// When that is: by default once their first data have come.
  public var momentOfResumedFailure = TicketScript.Moment.afterFirstData
  public var behaviour = Behaviour.echo
  public var ending = Ending()

  public init() {}
}

/// What the server answers to application data, early data included.
public enum Behaviour: Sendable, Equatable {
  /// Sends back whatever comes.
  case echo
  /// Reads and says nothing.
  case discard
  /// Sends these bytes each time something comes.
  case reply([UInt8])
  /// Sends that many bytes each time something comes.
  case payload(Int)
  /// Answers the first request with `200 OK` and this body, and ends the connection.
  case http(body: [UInt8])
}

/// How and when the server ends a connection.
public struct Ending: Sendable, Equatable {
  public enum Moment: Sendable, Equatable {
    /// When the client has ended it.
    case afterClient
    /// Right after the handshake, and the tickets if they come then.
    case afterHandshake
    /// After the first answer.
    case afterReply
  }

  public enum CloseNotify: Sendable, Equatable {
    case sent
    /// The TCP connection ends without one.
    case omitted
    /// Never sent, and the TCP connection stays open until the client closes it or the server stops.
    case withheld
  }

  public var moment = Moment.afterClient
  public var closeNotify = CloseNotify.sent

  public init(_ moment: Moment = .afterClient, closeNotify: CloseNotify = .sent) {
    self.moment = moment
    self.closeNotify = closeNotify
  }
}
