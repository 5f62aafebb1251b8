import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Who asks a list whose trust waits for an issuer gets the very certificate that all of it would answer.
@Suite(.needs(.compiler))
struct PreloadedIssuerTests {
  private static let systemBundle = "/etc/ssl/certs/ca-certificates.crt"

  private let runs: TrustingRuns

  init() throws { runs = try TrustingRuns(.finding) }

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A file of anchors, and others with what they have issued, and with authorities that they don't know.
  private func samples() throws -> [String] {
    let one = try CertificateAuthority(AuthorityOptions(name: "One"))
    let other = try CertificateAuthority(AuthorityOptions(name: "Other"))
    // The same name with the same key, and with another one.
    let anchors = [
      one, try one.renewed(), other, try CertificateAuthority(AuthorityOptions(name: "One")),
      try other.certified(by: one), one,
    ]
    let issued = try [one, other, anchors[3]].flatMap { authority in
      let third = try CertificateAuthority(AuthorityOptions(name: "Third"), issuer: authority)
      return try authority.issue().leaf + third.certificate
    }
    let stranger = try CertificateAuthority(AuthorityOptions(name: "Stranger"))
    return [
      try runs.write("trust.pem", anchors.flatMap(\.certificate)),
      try runs.folder.write("issued.pem", issued + stranger.issue().leaf),
      Fixture.rsa.root,
    ]
  }

  @Test("In each way the answer is the same, and only what has the name is parsed")
  func each() throws {
    let files = try samples()
    let arguments = ["each"] + files
    let plain = try runs.plain(arguments)
    let (differences, parsed) = try runs.compare(arguments)
    #expect(differences == [] && parsed < plain.parsed, "\(parsed) of \(plain.parsed)")
  }

  @Test(
    "For each root of the system's bundle, and what is issued by none of them",
    .enabled(if: FileManager.default.fileExists(atPath: systemBundle), "there is no bundle of the system's"))
  func everyRoot() throws {
    let file = try runs.write("system.pem", Self.bytes(Self.systemBundle))
    let arguments = ["each", file, try samples()[1]]
    let plain = try runs.plain(arguments)
    let (differences, parsed) = try runs.compare(arguments)
    #expect(differences == [] && parsed < plain.parsed / 20, "\(parsed) of \(plain.parsed)")
  }

  @Test("Whatever is done to the list in between; what was borrowed of it stays", arguments: 1...12)
  func changes(seed: Int) throws {
    let arguments = try ["changes", "\(seed)", "100"] + samples()
    #expect(try runs.compare(arguments).differences == [])
  }

  /// Two names of one text, in which other parts are of other types of strings. GnuTLS finds one by the other if both come to
  /// lie in one part of its list, as these do.
  @Test("An anchor whose name reads the same, but isn't the same byte by byte, is found as by GnuTLS alone")
  func sameText() throws {
    let authority = try CertificateAuthority(AuthorityOptions(name: "Root 10,O=Orga"))
    let types: [(UInt8, UInt8)] = [(0x0c, 0x13), (0x13, 0x0c)]
    let (first, second) = (Self.encoded(authority, types[0]), Self.encoded(authority, types[1]))
    try #require(first != second)
    let found = try runs.folder.write("first.pem", first)
    let file = try runs.write("alike.pem", second + first)
    let (differences, _) = try runs.compare(["each", file, found])
    #expect(differences == [])
    // The very case: GnuTLS answers the second one for both.
    let lines = try runs.plain(["each", file, found]).output
    #expect(lines.first == lines.last && Set(lines[0].split(separator: " ")).count <= 2)
  }

  /// The same certificate with its name's parts as strings of these types, in PEM. Its signature is wrong then.
  private static func encoded(_ authority: CertificateAuthority, _ types: (UInt8, UInt8)) -> [UInt8] {
    let text = String(decoding: authority.certificate, as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
    var der = Array(Data(base64Encoded: text.joined()) ?? Data())
    for index in 0..<(der.count - 5) where Array(der[index..<(index + 4)]) == [0x06, 0x03, 0x55, 0x04] {
      if der[index + 4] == 0x0a { der[index + 5] = types.0 }
      if der[index + 4] == 0x03 { der[index + 5] = types.1 }
    }
    let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return Array("-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n".utf8)
  }

  @Test("64 threads that ask at once, by the same list")
  func threads() throws {
    let arguments = try ["threads"] + samples()
    let plain = try runs.plain(arguments).output
    for _ in 0..<5 { #expect(try runs.preloaded(arguments).output == plain) }
  }

  @Test("Nothing is left of lists that are freed")
  func growth() throws {
    let files = try samples()
    _ = try runs.preloaded(["again", "1"] + files)
    let grown = try runs.preloaded(["again", "10000"] + files).error.split(separator: "\n").last.flatMap { Int($0) }
    // In kilobytes: a certificate of each would be 10 MB.
    #expect(try #require(grown) < 1_000)
  }
}
