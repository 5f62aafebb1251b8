internal import SessionTickets

/// The contents of a file by which tickets are moved, as they are before it is sealed.
struct MovedTickets {
  struct Entry {
    let kind: RecordKind
    var contents: TicketContents
  }

  /// The GnuTLS that has packed all of the session data.
  let gnutlsVersion: String
  /// The oldest first.
  var entries: [Entry]

  private static let formatVersion: UInt8 = 1

  /// Format version; GnuTLS's version behind its length; for each entry its kind, and its contents behind their length.
  var bytes: [UInt8] {
    var encoded = entries.map { $0.contents.bytes }
    var result: [UInt8] = []
    // Room for all, so that growing leaves no copy of the secrets behind.
    result.reserveCapacity(encoded.reduce(64 + gnutlsVersion.utf8.count) { $0 + $1.count + 5 })
    result.append(Self.formatVersion)
    result.append(text: gnutlsVersion)
    for index in encoded.indices {
      result.append(entries[index].kind.rawValue)
      result.append(field: encoded[index])
      encoded[index].wipe()
    }
    return result
  }

  init(gnutlsVersion: String, entries: [Entry]) {
    self.gnutlsVersion = gnutlsVersion
    self.entries = entries
  }

  /// Which GnuTLS the contents are of; nil if that can't be read.
  static func gnutlsVersion(of bytes: [UInt8]) -> String? {
    var reader = ByteReader(bytes[...])
    return gnutlsVersion(&reader)
  }

  private static func gnutlsVersion(_ reader: inout ByteReader) -> String? {
    guard reader.integer(UInt8.self) == formatVersion, let version = reader.field(UInt32.self) else { return nil }
    return String(validating: version, as: UTF8.self)
  }

  /// Reads the encoding; nil if it is another format's, or if anything in it can't be used.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard let version = Self.gnutlsVersion(&reader) else { return nil }
    self.init(gnutlsVersion: version, entries: [])
    while !reader.isAtEnd {
      guard let kind = reader.integer(UInt8.self).flatMap({ RecordKind(rawValue: $0) }),
        let field = reader.field(UInt32.self)
      else {
        wipe()
        return nil
      }
      var encoded = Array(field)
      defer { encoded.wipe() }
      guard let contents = TicketContents(encoded), contents.gnutlsVersion == version,
        contents.isWhole(as: kind)
      else {
        wipe()
        return nil
      }
      entries.append(Entry(kind: kind, contents: contents))
    }
    if entries.isEmpty { return nil }
  }

  mutating func wipe() {
    for index in entries.indices { entries[index].contents.sessionData.wipe() }
    entries = []
  }
}

extension TicketContents {
  /// Whether they are what GnuTLS can be given, and can be filed: session data of that kind, of an identity that is known.
  func isWhole(as kind: RecordKind) -> Bool {
    guard !DummySessionData.matches(sessionData), IdentityFields(identityFields) != nil else { return false }
    do throws(StoreError) {
      return (try PackedTicket.find(in: sessionData) != nil) == (kind == .ticket)
    } catch {
      return false
    }
  }

  var server: ServerIdentity { ServerIdentity(name: serverName, port: port) }

  /// When they are of no more use, in seconds since 1970.
  var end: Int64 { Lifetime.expiry(issued: issued, lifetime: lifetime, fullHandshake: fullHandshake.time) }

  /// They were brought here from another store: they are of no boot of this machine.
  var isMoved: Bool { bootID.isEmpty }

  /// Before they leave this machine: they carry no early data any more, and files' stamps are this machine's.
  /// - Parameter digests: Of this machine's files.
  mutating func leave(_ digests: TrustDigests) {
    forgetOrigin()
    guard let inputs = verdict?.inputs else { return }
    verdict?.contents = TrustContents.moving(inputs, digests)
    verdict?.inputs = nil
  }

  /// Whatever they say: they are of no boot, and no mark here is about them.
  mutating func forgetOrigin() {
    earlyDataLimit = 0
    marksID = []
    bootID = []
  }
}
