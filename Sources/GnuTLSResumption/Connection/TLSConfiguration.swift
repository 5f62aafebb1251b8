public import SessionTickets

/// How a ``TLSConnection`` is made.
///
/// Copies share the trust that has been loaded: make one configuration, and use it for many connections.
public struct TLSConfiguration: Sendable {
  /// The name to ask the server for, and to expect in its certificate; nil for the host.
  public var serverName: String?
  /// Protocols for ALPN (RFC 7301), in order of preference.
  public var applicationProtocols: [String] = []
  /// GnuTLS's priority string; nil for its default, with forward secrecy on resumption too.
  public var priority: String?
  /// The client's certificate.
  public var clientCertificate: PEMKeyPair?
  /// Who verifies the peer.
  public var verification: Verification = .engineVerifies(.system)
  /// Keeps the tickets; nil to resume nothing and to store nothing.
  public var resumption: Resumption? = .standard
  /// Sessions of different partitions never meet.
  public var partition = ""
  /// How long connecting and the handshake may take together, in milliseconds. Name resolution has its own limits.
  public var timeoutMilliseconds: Double = 30_000
  /// The folder for the marks that keep early data from being sent twice: on a tmpfs, for nothing else. Nil for one in
  /// `$XDG_RUNTIME_DIR`, or else in `/run/user/UID`. See <doc:EarlyData>.
  public var earlyDataMarks: RawPath?
  /// Opens connections by TCP Fast Open (RFC 7413) where the kernel has a cookie of the host's first address: the ClientHello,
  /// with early data if there are any, leaves with the SYN as far as it fits, a round trip earlier; nearly 1,400 bytes do on
  /// the usual networks; a ticket is claimed before the SYN leaves, and lost if nobody answers. Where there is no cookie, an
  /// ordinary connection is made. See <doc:FastOpen>.
  public var fastOpen = false
  /// Which of the host's addresses are connected to.
  public var addresses = AddressChoice()
  /// Through which the server is reached; nil for none. ``addresses`` chooses the family of its address then, and nothing else.
  public var proxy: Proxy?
  /// How the server is asked for TLS; nil where TLS begins at once. It is no part of what tickets are filed under: name and
  /// port are.
  public var startTLS: StartTLS?
  /// What closing does to collect tickets that haven't come yet.
  public var drain: Drain = .paced
  /// How many tickets a ``TLSConnection`` asks for.
  public var ticketRequests: TicketRequests = .asNeeded

  let credentials = CredentialsCache()

  public init() {}
}

/// A certificate and its private key, as PEM files.
public struct PEMKeyPair: Hashable, Sendable {
  /// The path of the certificate's file; intermediates may follow it.
  public var certificate: RawPath
  /// The path of the key's file.
  public var key: RawPath

  public init(certificate: RawPath, key: RawPath) {
    self.certificate = certificate
    self.key = key
  }

  /// The same, by the paths that the texts' UTF-8 are.
  public init(certificate: String, key: String) {
    self.init(certificate: RawPath(certificate), key: RawPath(key))
  }
}

/// What closing a connection does to collect tickets that haven't come yet.
///
/// Under TLS 1.3 tickets come after the handshake: a program that sends one request and leaves would lose them.
public enum Drain: Hashable, Sendable {
  /// Nothing: the connection is closed at once.
  case none
  /// Says goodbye, then reads and discards until the peer does so too, as long as this server needs for its tickets. At
  /// a first contact that is one round trip and 60 ms at most, or twice what the server took to answer within the
  /// handshake, whichever is longer; at the second 300 ms, if none came; from then on a round trip and twice what its
  /// tickets took last time. If none came at two contacts, nothing is waited for, and it is asked again after an hour.
  /// Where the server has said how many it sends (``TicketRequests``), no longer than until they are there.
  /// Not done where it can't bring anything: the peer has closed, TLS 1.2, tickets followed by data.
  case paced
  /// The same, for one round trip and this many milliseconds at most, whatever the server needs, as long as it sends any.
  case atMost(milliseconds: Double)
}
