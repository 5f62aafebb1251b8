import ScriptableTLSServer
import TestPeers
import Testing

/// What the scriptable server sends with its certificate, seen by openssl.
@Suite(.needs(.openssl)) struct StaplingServerTests {
  private let root: CertificateAuthority
  private let intermediate: CertificateAuthority

  init() throws {
    root = try CertificateAuthority()
    intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
  }

  private func connect(_ certificate: ServerCertificate, _ arguments: [String]) throws -> OpenSSLClient.Outcome {
    let server = try TLSServer(certificate: certificate)
    return try OpenSSLClient.run(port: server.port, ["-showcerts"] + arguments, input: "hello\n", until: "\nhello")
  }

  @Test(
    arguments: ["-tls1_3", "-tls1_2"],
    [(OCSPResponder.Verdict.good, "good"), (.revoked, "revoked"), (.unknown, "unknown")]
  )
  func aStapledResponseComes(version: String, verdict: (OCSPResponder.Verdict, String)) throws {
    let leaf = try intermediate.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, verdict.0)]
    let asked = try connect(certificate, [version, "-status"])
    #expect(asked.output.contains("OCSP Response Status: successful"))
    #expect(asked.output.contains("Cert Status: \(verdict.1)") && asked.output.contains("Next Update"))
    #expect(try connect(certificate, [version]).output.contains("OCSP") == false)
  }

  @Test func responsesSayWhenTheNextIsDueOnlyIfAsked() throws {
    let leaf = try intermediate.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, minutes: nil)]
    let output = try connect(certificate, ["-status"]).output
    #expect(output.contains("This Update") && !output.contains("Next Update"))
  }

  @Test func withoutAResponseNoneComes() throws {
    let output = try connect(intermediate.issue().serverCertificate, ["-status"]).output
    #expect(output.contains("OCSP response: no response sent"))
  }

  @Test func staplesAndSeveralCertificatesDontGoTogether() throws {
    let leaf = try root.issue()
    let stapled = ServerCertificate(chain: leaf.chain, key: leaf.key, stapledResponses: [[1]])
    #expect(throws: ServerError.self) { try TLSServer(certificates: [stapled, leaf.serverCertificate]) }
  }

  @Test func aChainIsSentAsItIs() throws {
    let leaf = try intermediate.issue()
    let stranger = try CertificateAuthority(AuthorityOptions(name: "Stranger"))
    let chains: [([UInt8], Int)] = [
      (leaf.leaf, 1), (leaf.chain, 2), (leaf.chain(includingRoot: true), 3),
      (leaf.chain(includingRoot: true, extras: [stranger.certificate]), 4),
      (leaf.leaf + stranger.certificate + intermediate.certificate, 3),
    ]
    for (chain, count) in chains {
      let output = try connect(ServerCertificate(chain: chain, key: leaf.key), []).output
      #expect(output.ranges(of: "-----BEGIN CERTIFICATE").count == count)
    }
    let unsorted = ServerCertificate(chain: leaf.leaf + stranger.certificate + intermediate.certificate, key: leaf.key)
    // Up to OpenSSL 3.1 with spaces around the sign.
    let output = try connect(unsorted, []).output.replacing("CN = ", with: "CN=")
    #expect(output.contains(" 1 s:CN=Stranger") && output.contains(" 2 s:CN=Intermediate"))
  }

  @Test func theWrongKeyIsAnError() throws {
    let (leaf, other) = (try root.issue(), try root.issue())
    #expect(throws: ServerError.self) {
      try TLSServer(certificate: ServerCertificate(chain: leaf.chain, key: other.key))
    }
    #expect(throws: ServerError.self) { try TLSServer(certificate: ServerCertificate(chain: leaf.chain, key: [])) }
    #expect(throws: ServerError.self) { try TLSServer(certificate: ServerCertificate(chain: [], key: leaf.key)) }
  }

  @Test func aLeafCanDemandAStaple() throws {
    var options = CertificateOptions()
    let folder = try TemporaryFolder()
    func text() throws -> String {
      let file = try folder.write("leaf.pem", root.issue(options).leaf)
      return try ProcessRunner.run(["openssl", "x509", "-noout", "-text", "-in", file]).standardOutput
    }
    #expect(try !text().contains("TLS Feature"))
    options.mustStaple = true
    #expect(try text().contains("TLS Feature") && text().contains("status_request"))
  }
}
