import CGnuTLS
import Foundation
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Anchors are picked out of a bundle by their subject")
struct PEMBundleTests {
  static let systemBundle = "/etc/ssl/certs/ca-certificates.crt"

  private func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test(
    "each root of the system's bundle, by the names that GnuTLS reads: it, and those of the same name",
    .enabled(if: FileManager.default.fileExists(atPath: systemBundle), "there is no bundle of the system's"))
  func everyRoot() throws {
    let file = try bytes(of: Self.systemBundle)
    let all = try Credentials.chain(inFile: Self.systemBundle)
    #expect(all.count > 50)
    for der in all {
      let names = try #require(CertificateNames(der))
      let parsed = try Self.names(parsedByGnuTLS: der)
      #expect(Array(names.subject) == parsed.subject && Array(names.issuer) == parsed.issuer)
      let picked = try #require(PEMBundle.certificates(withSubjects: [parsed.subject], in: file))
      #expect(try Self.certificates(inPEM: picked) == all.filter { CertificateNames($0)?.subject == names.subject })
    }
    #expect(PEMBundle.certificates(withSubjects: [], in: file) == [])
    #expect(PEMBundle.certificates(withSubjects: [[0x30, 0]], in: file) == [])
  }

  @Test("the system's trust is as large as what GnuTLS loads for it", .enabled(if: SystemTrust.file != nil))
  func systemTrust() throws {
    let path = try #require(SystemTrust.file).description
    try #require(FileManager.default.fileExists(atPath: path))
    let credentials = try CertificateCredentials()
    let count = unsafe gnutls_certificate_set_x509_system_trust(credentials.pointer)
    #expect(try Credentials.chain(inFile: path).count == Int(count))
  }

  @Test("comments, other blocks, carriage returns and a missing last line end change nothing")
  func layout() throws {
    let root = try String(contentsOfFile: Client.fixture("ecdsa-root.pem"), encoding: .utf8)
    let key = try String(contentsOfFile: Client.fixture("ecdsa-leaf.key"), encoding: .utf8)
    let der = try #require(try Credentials.chain(inFile: Client.fixture("ecdsa-root.pem")).first)
    let subject = Array(try #require(CertificateNames(der)).subject)
    let returns = root.replacingOccurrences(of: "\n", with: "\r\n")
    let end = String(root.trimmingCharacters(in: .newlines))
    for text in ["# a - comment --\n" + root, key + root, returns, end, "-----BEGIN \n" + root, "-\n" + root + "-----"]
    {
      let picked = try #require(PEMBundle.certificates(withSubjects: [subject], in: Array(text.utf8)))
      #expect(try Self.certificates(inPEM: picked) == [der])
    }
  }

  @Test("what GnuTLS might read in another way is not picked from")
  func unsure() throws {
    let root = try String(contentsOfFile: Client.fixture("ecdsa-root.pem"), encoding: .utf8)
    let texts = [
      root.replacingOccurrences(of: "BEGIN CERTIFICATE", with: "BEGIN X509 CERTIFICATE"),
      root.replacingOccurrences(of: "BEGIN CERTIFICATE", with: "BEGIN CERTIFICATE REQUEST"),
      root.replacingOccurrences(of: "-----END", with: "....."),
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      String(root.prefix(100)),
      // GnuTLS takes it for two certificates: the first ends at the dash.
      root.components(separatedBy: "-----END")[0] + root,
      root.replacingOccurrences(of: "-----END", with: "-\n-----END"),
    ]
    for text in texts { #expect(PEMBundle.certificates(withSubjects: [[1]], in: Array((root + text).utf8)) == nil) }
  }

  @Test("every cut and 10,000 mutations of a certificate's beginning: no trap")
  func mutated() throws {
    let der = try #require(try Credentials.chain(inFile: Client.fixture("rsa-root.pem")).first)
    for length in der.indices { _ = CertificateNames(Array(der.prefix(length))) }
    var generator = SplitMix(seed: 3)
    var read = 0
    for _ in 0..<10_000 {
      var changed = der
      for _ in 0..<2 {
        changed[Int.random(in: 0..<120, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      if CertificateNames(changed) != nil { read += 1 }
    }
    #expect((1..<10_000).contains(read))
  }

  @Test("base64 is decoded as far as is asked for")
  func base64() {
    let bytes = [UInt8](0...255)
    let text = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    for count in [3, 30, 255] {
      #expect(Base64.prefix(of: Array(text.utf8), atMost: count) == Array(bytes.prefix(count)))
    }
    #expect(Base64.prefix(of: [UInt8](), atMost: 3) == [])
  }

  private static func names(parsedByGnuTLS der: [UInt8]) throws -> (issuer: [UInt8], subject: [UInt8]) {
    var certificate: gnutls_x509_crt_t?
    try #require(unsafe gnutls_x509_crt_init(&certificate) == 0)
    defer { unsafe gnutls_x509_crt_deinit(certificate) }
    try #require(unsafe der.withDatum { unsafe gnutls_x509_crt_import(certificate, $0, GNUTLS_X509_FMT_DER) } == 0)
    func name(
      _ get: (gnutls_x509_crt_t?, UnsafeMutablePointer<gnutls_datum_t>) -> Int32
    ) throws -> [UInt8] {
      var datum = unsafe gnutls_datum_t()
      try #require(unsafe get(certificate, &datum) == 0)
      defer { unsafe cgnutls_free(datum.data) }
      return unsafe Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
    }
    return unsafe (
      try name { unsafe gnutls_x509_crt_get_raw_issuer_dn($0, $1) },
      try name { unsafe gnutls_x509_crt_get_raw_dn($0, $1) }
    )
  }

  private static func certificates(inPEM pem: [UInt8]) throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    return try Credentials.chain(inFile: folder.write("picked.pem", pem))
  }
}
