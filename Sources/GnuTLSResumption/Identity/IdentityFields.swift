/// What sets a connection's identity apart from others with the same server, and how the peer is verified.
///
/// Its encoding is part of the identity's digest, and stands in each record: a digest can't be read backwards, and people ask
/// why a connection didn't resume.
struct IdentityFields: Hashable {
  let verification: VerificationKind
  let expectedName: String
  let applicationProtocols: [String]
  let priority: String?
  let isPriorityAppended: Bool
  let clientCertificate: [UInt8]?
  let partition: String
}

extension IdentityFields {
  init(_ identity: ConnectionIdentity, _ verification: VerificationKind) {
    self.verification = verification
    expectedName = identity.expectedName
    applicationProtocols = identity.applicationProtocols
    priority = identity.priority
    isPriorityAppended = identity.priority != nil && identity.isPriorityAppended
    clientCertificate = identity.clientCertificate
    partition = identity.partition
  }

  /// Appends the encoding, in which every field stands behind its length.
  static func append(
    _ identity: ConnectionIdentity, _ verification: VerificationKind, to result: inout [UInt8]
  ) {
    result.appendField { result in verification.append(to: &result) }
    result.append(text: identity.expectedName)
    result.append(bigEndian: UInt32(truncatingIfNeeded: identity.applicationProtocols.count))
    for name in identity.applicationProtocols { result.append(text: name) }
    result.append(identity.priority == nil ? 0 : identity.isPriorityAppended ? 2 : 1)
    result.append(text: identity.priority ?? "")
    result.append(optional: identity.clientCertificate)
    result.append(text: identity.partition)
  }

  /// The most that a record holds of them, in bytes: an identity that is longer is left out of it.
  static let mostKept = 4_096

  /// As a record holds them: empty if they are too long.
  static func kept(_ identity: ConnectionIdentity, _ verification: VerificationKind) -> [UInt8] {
    var bytes: [UInt8] = []
    append(identity, verification, to: &bytes)
    return bytes.count <= mostKept ? bytes : []
  }

  /// Reads the encoding; nil if it isn't one as a whole.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard let kind = reader.field(UInt32.self), let verification = VerificationKind(kind),
      let expectedName = reader.text(), let count = reader.integer(UInt32.self)
    else { return nil }
    var protocols: [String] = []
    for _ in 0..<count {
      // Before memory is taken for them: whoever counts wrong is at the end soon.
      guard let name = reader.text() else { return nil }
      protocols.append(name)
    }
    guard let priorityKind = reader.integer(UInt8.self), priorityKind <= 2, let priority = reader.text(),
      priorityKind != 0 || priority.isEmpty,
      let hasCertificate = reader.integer(UInt8.self), hasCertificate <= 1,
      let certificate = reader.field(UInt32.self), hasCertificate == 1 || certificate.isEmpty,
      let partition = reader.text(), reader.isAtEnd
    else { return nil }
    self.verification = verification
    self.expectedName = expectedName
    applicationProtocols = protocols
    self.priority = priorityKind == 0 ? nil : priority
    isPriorityAppended = priorityKind == 2
    clientCertificate = hasCertificate == 0 ? nil : Array(certificate)
    self.partition = partition
  }
}

extension VerificationKind {
  /// Reads the canonical encoding.
  init?(_ bytes: ArraySlice<UInt8>) {
    var reader = ByteReader(bytes)
    switch reader.text() {
    case "engine":
      guard let count = reader.integer(UInt32.self) else { return nil }
      var pins: [PublicKeyPin] = []
      for _ in 0..<count {
        guard let digest = reader.field(UInt32.self), let pin = PublicKeyPin(Array(digest)) else { return nil }
        pins.append(pin)
      }
      self = .engine(pins: pins)
    case "application": self = .application
    case "none": self = .none
    default: return nil
    }
    guard reader.isAtEnd else { return nil }
  }
}

extension ByteReader {
  /// A text behind its length, or nil if it isn't UTF-8.
  fileprivate mutating func text() -> String? {
    field(UInt32.self).flatMap { String(validating: $0, as: UTF8.self) }
  }
}

extension [UInt8] {
  /// Appends a field, or its absence: which is not the same as an empty field.
  fileprivate mutating func append(optional field: [UInt8]?) {
    append(field == nil ? 0 : 1)
    append(field: field ?? [])
  }
}
