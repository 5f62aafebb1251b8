import CGnuTLS
import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// What GnuTLS's client makes of stapled OCSP responses, and of their absence.
@Suite("Stapled responses that a server sends", .needs(.openssl))
struct StaplingTests {
  private let root: CertificateAuthority
  private let intermediate: CertificateAuthority

  init() throws {
    root = try CertificateAuthority()
    intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
  }

  /// The responses that came, and the verdict of `gnutls_certificate_verify_peers`.
  private func visit(
    _ leaf: IssuedCertificate, responses: [[UInt8]], _ version: TLSVersion, later seconds: Int = 0
  ) throws -> (staples: [[UInt8]], status: CertificateStatus) {
    let certificate = ServerCertificate(chain: leaf.chain, key: leaf.key, stapledResponses: responses)
    let server = try TLSServer(certificate: certificate, script: version.script)
    let folder = try TemporaryFolder()
    let session = try RawSession(port: server.port, caFile: folder.write("root.pem", root.certificate))
    #expect(session.handshake() == 0)
    return (session.staples(count: 2), try GnuTLSClock.shifted(bySeconds: seconds, session.verifyPeer))
  }

  @Test("reach the client", arguments: TLSVersion.allCases)
  func good(version: TLSVersion) throws {
    let leaf = try intermediate.issue()
    let response = try OCSPResponder.response(for: leaf)
    let seen = try visit(leaf, responses: [response], version)
    #expect(seen.staples == [response, []] && seen.status == [])
  }

  @Test("for the intermediate reach the client in TLS 1.3 only", arguments: TLSVersion.allCases)
  func intermediateResponse(version: TLSVersion) throws {
    let leaf = try intermediate.issue()
    let responses = [try OCSPResponder.response(for: leaf), try OCSPResponder.response(for: intermediate, .revoked)]
    let both = try visit(leaf, responses: responses, version)
    #expect(both.staples == [responses[0], version == .tls13 ? responses[1] : []])
    #expect(both.status == (version == .tls13 ? [.invalid, .revoked] : []))
    let second = try visit(leaf, responses: [[], responses[1]], version)
    #expect(second.staples == [[], version == .tls13 ? responses[1] : []])
  }

  @Test("that say revoked, are of another certificate, or are no response, are refused", arguments: TLSVersion.allCases)
  func bad(version: TLSVersion) throws {
    let leaf = try intermediate.issue()
    let revoked = try OCSPResponder.response(for: leaf, .revoked)
    #expect(try visit(leaf, responses: [revoked], version).status == [.invalid, .revoked])
    let unrelated = try OCSPResponder.response(for: intermediate.issue())
    #expect(try visit(leaf, responses: [unrelated], version).status == [.invalid, .invalidOCSPStatus])
    #expect(try visit(leaf, responses: [[1, 2, 3]], version).status == [.invalid, .invalidOCSPStatus])
  }

  @Test("are superseded when the next is due", arguments: TLSVersion.allCases)
  func superseded(version: TLSVersion) throws {
    let leaf = try intermediate.issue()
    let response = try OCSPResponder.response(for: leaf, minutes: 10)
    #expect(try visit(leaf, responses: [response], version, later: 5 * 60).status == [])
    let late = try visit(leaf, responses: [response], version, later: 15 * 60)
    #expect(late.staples == [response, []] && late.status == [.invalid, .revocationDataSuperseded])
  }

  @Test("are missed where the leaf demands one", arguments: TLSVersion.allCases)
  func mustStaple(version: TLSVersion) throws {
    var options = CertificateOptions()
    options.mustStaple = true
    let leaf = try intermediate.issue(options)
    #expect(try visit(leaf, responses: [], version).status == [.invalid, .missingOCSPStatus])
    let response = try OCSPResponder.response(for: leaf)
    #expect(try visit(leaf, responses: [response], version).status == [])
  }
}

extension RawSession {
  /// The OCSP responses that came for the first certificates of the chain; empty where none did.
  func staples(count: Int) -> [[UInt8]] {
    (0..<count).map { index in
      var response = unsafe gnutls_datum_t()
      guard unsafe gnutls_ocsp_status_request_get2(pointer, UInt32(index), &response) == 0 else { return [] }
      return unsafe Array(UnsafeBufferPointer(start: response.data, count: Int(response.size)))
    }
  }

  /// `gnutls_certificate_verify_peers` for `localhost`.
  func verifyPeer() throws -> CertificateStatus {
    var status: UInt32 = 0
    let code = unsafe cgnutls_verify_peer(pointer, "localhost", &status)
    guard code >= 0 else { throw RawFailure(code: code) }
    return CertificateStatus(rawValue: status)
  }
}
