import SessionTickets

@testable import GnuTLSResumption

extension TicketContents {
  /// Contents with something in every field.
  static var sample: TicketContents? {
    TicketContents(
      sessionData: Array(repeating: 0xab, count: 300), protocolVersion: 5, cipher: 20, gnutlsVersion: "3.7.9",
      issued: 1_800_000_000, lifetime: 7200, earlyDataLimit: 16_384, applicationProtocol: Array("h2".utf8), group: 2,
      peerChain: [[1, 2, 3], [4, 5]], staples: [[], [6]], verdict: .sample, ownValidity: .sample,
      configuration: .sample,
      fullHandshake: FullHandshake(id: Array(0..<16), time: 1_799_999_000), bootID: Array(16..<32),
      marksID: Array(32..<48), serverName: "example.com", port: 443, program: "/usr/bin/git",
      address: [127, 0, 0, 1],
      identityFields: IdentityFields.kept(.sample, .engine(pins: [])))
  }
}

extension ConnectionIdentity {
  /// With something in every field.
  static var sample: ConnectionIdentity {
    ConnectionIdentity(
      server: ServerIdentity(name: "example.com", port: 443), expectedName: "www.example.com",
      applicationProtocols: ["h2", "http/1.1"], priority: "NORMAL", isPriorityAppended: true,
      clientCertificate: [1, 2, 3], partition: "mine")
  }
}

extension Validity {
  static var sample: Validity {
    var validity = Validity()
    validity.formIntersection(from: 1_700_000_000, until: 1_900_000_000)
    return validity
  }
}

extension Verdict {
  /// Its encoding.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    append(to: &result)
    return result
  }

  /// With every kind of note.
  static var sample: Verdict? {
    guard let digest = Digest(0..<32), let stamp = FileStamp(path: "/") else { return nil }
    var validity = Validity()
    validity.formIntersection(from: 1_700_000_000, until: 1_900_000_000)
    var inputs = TrustInputs()
    inputs.configuration = .sample
    for note in [.file(stamp, digest), .file(stamp, nil), .folder(digest, isSettled: true), .memory(digest)]
      as [TrustNote]
    {
      inputs.append(note)
    }
    return Verdict(time: 1_799_999_000, validity: validity, responsesEnd: 1_850_000_000, inputs: inputs)
  }
}

extension TrustContents {
  /// With every kind of item.
  static var sample: TrustContents? {
    guard let digest = Digest(0..<32) else { return nil }
    var bytes: [UInt8] = []
    bytes.append(field: ConfigurationNote.sample.bytes)
    bytes.append(3)
    for kind: UInt8 in 1...3 { bytes += [kind] + digest.bytes }
    bytes.append(3)
    for source in [.file("/a"), .folder("/b"), .file("")] as [TrustSource] { source.append(to: &bytes) }
    var reader = ByteReader(bytes[...])
    return TrustContents(&reader)
  }
}

extension ConfigurationNote {
  static var sample: ConfigurationNote { ConfigurationNote(1...20) }
}
