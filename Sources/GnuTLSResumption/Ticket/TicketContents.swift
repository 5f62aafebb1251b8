internal import SessionTickets

/// The full handshake that a session goes back to: all its tickets, and those of its resumptions, share it.
struct FullHandshake: Hashable {
  static let idSize = 16

  /// Random, so that siblings can be told from strangers.
  let id: [UInt8]
  /// Seconds since 1970.
  let time: Int64
}

/// What is sealed in a record: all that a later process must know to offer the session safely.
struct TicketContents: Hashable {
  /// What `gnutls_session_get_data2` gave: it holds the session's secrets.
  var sessionData: [UInt8]
  /// GnuTLS's number of the protocol version.
  var protocolVersion: UInt32
  /// GnuTLS's number of the cipher.
  var cipher: UInt32
  /// The GnuTLS that packed the session data: no other can read them.
  var gnutlsVersion: String
  /// Seconds since 1970.
  var issued: Int64
  /// Seconds, as the server gave it or as the policy cut it.
  var lifetime: UInt32
  /// Bytes.
  var earlyDataLimit: UInt32
  var applicationProtocol: [UInt8]?
  /// GnuTLS's number of the key exchange's group, 0 for none.
  var group: UInt32
  /// DER, leaf first.
  var peerChain: [[UInt8]]
  /// DER, one for each certificate of the chain, empty where there was none.
  var staples: [[UInt8]]
  /// Nil if nobody verified the peer.
  var verdict: Verdict?
  /// When the certificate is valid that the client has shown: what it proved ends with it.
  var ownValidity: Validity
  /// GnuTLS's configuration, under which a TLS 1.2 session was negotiated: nil for tickets, and if it couldn't be told.
  /// That under which the peer was judged is the verdict's.
  var configuration: ConfigurationNote?
  var fullHandshake: FullHandshake
  /// The kernel's boot id, 16 bytes: after a power loss the store's history may have been rewound.
  var bootID: [UInt8]
  /// Which marks tell whether it has carried early data: their id, as it was when the record was kept. Empty: it carries none.
  var marksID: [UInt8]
  var serverName: String
  var port: UInt16
  /// By which program it was kept: for people.
  var program: String
  /// The server's address, 4 or 16 bytes; empty if it isn't known. No part of the identity: it only says which ticket goes first.
  var address: [UInt8] = []
  /// What sets the identity apart, for people, in the encoding of ``IdentityFields``; empty if that is too long.
  var identityFields: [UInt8] = []
}

extension TicketContents {
  private static let formatVersion: UInt8 = 6

  /// The canonical encoding: every field behind its length, in the order of declaration.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    // Room for all, so that growing leaves no copy of the secrets behind.
    let texts =
      gnutlsVersion.utf8.count + serverName.utf8.count + program.utf8.count + (applicationProtocol?.count ?? 0)
      + identityFields.count
    let configurations = (configuration?.bytes.count ?? 0) + (verdict?.inputs?.configuration?.bytes.count ?? 0)
    let sources = verdict?.inputs?.mostSourceBytes ?? 0
    let contents = verdict?.contents?.mostBytes ?? 0
    let notes = (verdict?.inputs?.notes.count ?? 0) * TrustNote.mostBytes + sources + configurations + contents
    result.reserveCapacity(
      256 + sessionData.count + Self.byteCount(of: peerChain) + Self.byteCount(of: staples) + texts + notes)
    result.append(Self.formatVersion)
    result.append(field: sessionData)
    result.append(bigEndian: protocolVersion)
    result.append(bigEndian: cipher)
    result.append(text: gnutlsVersion)
    result.append(bigEndian: UInt64(bitPattern: issued))
    result.append(bigEndian: lifetime)
    result.append(bigEndian: earlyDataLimit)
    result.append(applicationProtocol == nil ? 0 : 1)
    result.append(field: applicationProtocol ?? [])
    result.append(bigEndian: group)
    result.append(fields: peerChain)
    result.append(fields: staples)
    result.appendField { result in verdict?.append(to: &result) }
    ownValidity.append(to: &result)
    result.append(field: configuration?.bytes ?? [])
    result.append(field: fullHandshake.id)
    result.append(bigEndian: UInt64(bitPattern: fullHandshake.time))
    result.append(field: bootID)
    result.append(field: marksID)
    result.append(text: serverName)
    result.append(bigEndian: port)
    result.append(text: program)
    result.append(field: address)
    result.append(field: identityFields)
    return result
  }

  /// Reads the encoding, or returns nil if it is another format's, cut, or followed by anything.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard reader.integer(UInt8.self) == Self.formatVersion,
      let sessionData = reader.field(UInt32.self),
      let protocolVersion = reader.integer(UInt32.self),
      let cipher = reader.integer(UInt32.self),
      let gnutlsVersion = reader.field(UInt32.self),
      let issued = reader.integer(UInt64.self),
      let lifetime = reader.integer(UInt32.self),
      let earlyDataLimit = reader.integer(UInt32.self),
      let hasProtocol = reader.integer(UInt8.self), hasProtocol <= 1,
      let applicationProtocol = reader.field(UInt32.self), hasProtocol == 1 || applicationProtocol.isEmpty,
      let group = reader.integer(UInt32.self),
      let peerChain = Self.list(&reader),
      let staples = Self.list(&reader), staples.count == peerChain.count,
      let verdictBytes = reader.field(UInt32.self),
      let ownValidity = Validity(&reader),
      let configurationBytes = reader.field(UInt32.self),
      let fullHandshakeID = reader.field(UInt32.self), fullHandshakeID.count == FullHandshake.idSize,
      let fullHandshakeTime = reader.integer(UInt64.self),
      let bootID = reader.field(UInt32.self),
      let marksID = reader.field(UInt32.self),
      let serverName = reader.field(UInt32.self),
      let port = reader.integer(UInt16.self),
      let programBytes = reader.field(UInt32.self),
      let address = reader.field(UInt32.self), [0, 4, 16].contains(address.count),
      let identityFields = reader.field(UInt32.self), identityFields.count <= IdentityFields.mostKept,
      reader.isAtEnd,
      let version = String(validating: gnutlsVersion, as: UTF8.self),
      let name = String(validating: serverName, as: UTF8.self),
      let program = String(validating: programBytes, as: UTF8.self)
    else { return nil }
    var verdict: Verdict?
    if !verdictBytes.isEmpty {
      verdict = Verdict(whole: verdictBytes)
      if verdict == nil { return nil }
    }
    self.init(
      sessionData: Array(sessionData), protocolVersion: protocolVersion, cipher: cipher, gnutlsVersion: version,
      issued: Int64(bitPattern: issued), lifetime: lifetime, earlyDataLimit: earlyDataLimit,
      applicationProtocol: hasProtocol == 1 ? Array(applicationProtocol) : nil, group: group, peerChain: peerChain,
      staples: staples, verdict: verdict, ownValidity: ownValidity,
      configuration: configurationBytes.isEmpty ? nil : ConfigurationNote(configurationBytes),
      fullHandshake: FullHandshake(id: Array(fullHandshakeID), time: Int64(bitPattern: fullHandshakeTime)),
      bootID: Array(bootID), marksID: Array(marksID), serverName: name, port: port, program: program,
      address: Array(address), identityFields: Array(identityFields))
  }

  private static func byteCount(of list: [[UInt8]]) -> Int {
    var count = 4
    for element in list { count += 4 + element.count }
    return count
  }

  private static let longestList: UInt32 = 64

  private static func list(_ reader: inout ByteReader) -> [[UInt8]]? {
    guard let count = reader.integer(UInt32.self), count <= longestList else { return nil }
    var result: [[UInt8]] = []
    result.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let element = reader.field(UInt32.self) else { return nil }
      result.append(Array(element))
    }
    return result
  }
}

extension [UInt8] {
  /// Appends a list: how many fields, and each behind its length.
  fileprivate mutating func append(fields list: [[UInt8]]) {
    append(bigEndian: UInt32(truncatingIfNeeded: list.count))
    for element in list { append(field: element) }
  }
}
