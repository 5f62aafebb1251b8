/// What the server saw of one connection.
public struct ObservedConnection: Sendable, Equatable {
  /// How far the connection has come.
  public enum State: Int, Sendable, Comparable {
    case accepted, handshaken, ended

    public static func < (left: State, right: State) -> Bool { left.rawValue < right.rawValue }
  }

  /// Its place in the order of acceptance, from 0.
  public let index: Int
  /// Nanoseconds since 1970 (wall clock).
  public let acceptedAt: Int64
  public internal(set) var state = State.accepted

  /// Its first bytes came with the SYN, and were taken (RFC 7413).
  public internal(set) var tookDataOfSYN = false
  /// The bodies of the ClientHello messages: two after a HelloRetryRequest.
  public internal(set) var clientHellos: [[UInt8]] = []
  /// Whether the server resumed a session. Like all that follows, it is known once the handshake is complete.
  public internal(set) var isResumed = false
  /// GnuTLS's name of the version, such as `TLS1.3`.
  public internal(set) var version: String?
  /// The cipher suite's name in the standards.
  public internal(set) var cipherSuite: String?
  /// GnuTLS's name of the group of the key exchange; nil without one.
  public internal(set) var group: String?
  public internal(set) var alpn: String?
  public internal(set) var usesExtendedMasterSecret = false
  /// Under TLS 1.2 the id by which the client may resume; under TLS 1.3 the client's own, which means nothing.
  public internal(set) var sessionID: [UInt8] = []
  /// The client's leaf certificate, DER.
  public internal(set) var clientCertificate: [UInt8]?

  /// GnuTLS's error that ended the handshake, or 0.
  public internal(set) var handshakeError: Int32 = 0
  /// Whether the script's failure was carried out.
  public internal(set) var failedByScript = false
  /// The alert that the client sent last, or nil.
  public internal(set) var alertReceived: UInt8?

  /// The client has answered when it was asked for a certificate after the handshake.
  public internal(set) var authenticatedLater = false
  /// How many tickets the server has said that it will send (RFC 9149); nil if it has said nothing.
  public internal(set) var ticketsAnnounced: Int?
  /// TLS 1.3 tickets sent by the server.
  public internal(set) var ticketsSent = 0
  /// The tickets themselves, of TLS 1.2 too, as a client would offer them.
  public internal(set) var issuedTickets: [[UInt8]] = []
  public internal(set) var acceptedEarlyData = false
  public internal(set) var earlyDataReceived = 0
  /// Application data, early data included.
  public internal(set) var bytesReceived = 0
  /// The application data itself, cut at 64 KiB.
  public internal(set) var received: [UInt8] = []
  public internal(set) var clientSentCloseNotify = false
  /// GnuTLS's error that ended the reading, or 0.
  public internal(set) var receiveError: Int32 = 0

  /// The first ClientHello, parsed; nil if none came or it is damaged.
  public var clientHello: ClientHelloSummary? { clientHellos.first.flatMap { ClientHelloSummary(parsing: $0) } }
  /// The name asked for (SNI).
  public var serverName: String? { clientHello?.serverName }

  init(index: Int, acceptedAt: Int64) {
    self.index = index
    self.acceptedAt = acceptedAt
  }

  static let receivedLimit = 65_536

  mutating func noteReceived(_ bytes: some Collection<UInt8>) {
    bytesReceived += bytes.count
    received.append(contentsOf: bytes.prefix(Self.receivedLimit - received.count))
  }
}
