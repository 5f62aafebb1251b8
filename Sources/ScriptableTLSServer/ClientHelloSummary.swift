/// What a ClientHello says about resumption and about what an observer can link (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
public struct ClientHelloSummary: Sendable, Equatable {
  /// An offered PSK: in TLS 1.3 a ticket (RFC 8446 §4.2.11).
  public struct PSKIdentity: Sendable, Equatable {
    public let identity: [UInt8]
    public let obfuscatedAge: UInt32
  }

  /// How many tickets the client asks for (RFC 9149 §2).
  public struct TicketRequest: Sendable, Equatable {
    public let afterFullHandshake: Int
    public let afterResumption: Int
  }

  public let random: [UInt8]
  public let legacySessionID: [UInt8]
  public let cipherSuites: [UInt16]
  /// The extensions' numbers in the order sent.
  public private(set) var extensions: [UInt16] = []
  public private(set) var serverName: String?
  public private(set) var alpn: [String] = []
  public private(set) var supportedVersions: [UInt16] = []
  public private(set) var supportedGroups: [UInt16] = []
  /// The groups of the key shares sent.
  public private(set) var keyShares: [UInt16] = []
  public private(set) var pskIdentities: [PSKIdentity] = []
  /// 0 is psk_ke, 1 is psk_dhe_ke.
  public private(set) var pskKeyExchangeModes: [UInt8] = []
  public private(set) var offersEarlyData = false
  public private(set) var offersExtendedMasterSecret = false
  /// The TLS 1.2 ticket (RFC 5077). Empty: the client only says that it takes tickets. Nil: it doesn't.
  public private(set) var tls12Ticket: [UInt8]?
  public private(set) var ticketRequest: TicketRequest?

  /// Whether the client offers TLS 1.3.
  public var offersTLS13: Bool { supportedVersions.contains(0x0304) }

  /// Whether the client tries to resume: a PSK, a TLS 1.2 ticket, or a session id.
  ///
  /// A session id counts only without TLS 1.3, whose compatibility mode sends one anyway (RFC 8446 §D.4).
  public var offersResumption: Bool {
    !pskIdentities.isEmpty || !(tls12Ticket ?? []).isEmpty || (!offersTLS13 && !legacySessionID.isEmpty)
  }

  /// Parses a ClientHello's body, without the handshake header. Nil if it is damaged anywhere.
  public init?(parsing message: [UInt8]) {
    var reader = ByteReader(message)
    guard reader.uint16() != nil, let random = reader.bytes(32), let sessionID = reader.vector(lengthWidth: 1),
      var suites = reader.vector(lengthWidth: 2), let cipherSuites = suites.uint16List(),
      reader.vector(lengthWidth: 1) != nil
    else { return nil }
    self.random = Array(random)
    self.legacySessionID = Array(sessionID.rest)
    self.cipherSuites = cipherSuites
    if reader.isEmpty { return }  // TLS 1.2 allows a hello without extensions.
    guard var extensions = reader.vector(lengthWidth: 2), reader.isEmpty else { return nil }
    while !extensions.isEmpty {
      guard let number = extensions.uint16(), let content = extensions.vector(lengthWidth: 2),
        read(extension: number, content)
      else { return nil }
      self.extensions.append(number)
    }
  }

  private mutating func read(extension number: UInt16, _ content: ByteReader) -> Bool {
    var content = content
    switch number {
    case 0: return readServerName(&content)
    case 10:
      guard var list = content.vector(lengthWidth: 2), let groups = list.uint16List() else { return false }
      supportedGroups = groups
    case 16: return readALPN(&content)
    case 23: offersExtendedMasterSecret = true
    case 35: tls12Ticket = Array(content.rest)
    case 41: return readIdentities(&content)
    case 42: offersEarlyData = true
    case 43:
      guard var list = content.vector(lengthWidth: 1), let versions = list.uint16List() else { return false }
      supportedVersions = versions
    case 45:
      guard let modes = content.vector(lengthWidth: 1) else { return false }
      pskKeyExchangeModes = Array(modes.rest)
    case 51: return readKeyShares(&content)
    case 58:
      guard let full = content.integer(1), let resumption = content.integer(1), content.isEmpty else { return false }
      ticketRequest = TicketRequest(afterFullHandshake: Int(full), afterResumption: Int(resumption))
    default: break
    }
    return true
  }

  private mutating func readServerName(_ content: inout ByteReader) -> Bool {
    guard var list = content.vector(lengthWidth: 2) else { return false }
    while !list.isEmpty {
      guard let kind = list.integer(1), let name = list.vector(lengthWidth: 2) else { return false }
      if kind == 0 { serverName = String(decoding: name.rest, as: UTF8.self) }
    }
    return true
  }

  private mutating func readALPN(_ content: inout ByteReader) -> Bool {
    guard var list = content.vector(lengthWidth: 2) else { return false }
    while !list.isEmpty {
      guard let name = list.vector(lengthWidth: 1) else { return false }
      alpn.append(String(decoding: name.rest, as: UTF8.self))
    }
    return true
  }

  private mutating func readKeyShares(_ content: inout ByteReader) -> Bool {
    guard var list = content.vector(lengthWidth: 2) else { return false }
    while !list.isEmpty {
      guard let group = list.uint16(), list.vector(lengthWidth: 2) != nil else { return false }
      keyShares.append(group)
    }
    return true
  }

  private mutating func readIdentities(_ content: inout ByteReader) -> Bool {
    guard var list = content.vector(lengthWidth: 2) else { return false }
    while !list.isEmpty {
      guard let identity = list.vector(lengthWidth: 2), let age = list.integer(4) else { return false }
      pskIdentities.append(PSKIdentity(identity: Array(identity.rest), obfuscatedAge: age))
    }
    return content.vector(lengthWidth: 2) != nil  // the binders
  }
}
