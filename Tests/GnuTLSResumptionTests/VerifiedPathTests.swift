import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("The verified path, and when it is valid")
struct VerifiedPathTests {
  @Test("a span holds at both its ends, and not beyond; of two spans holds what both hold")
  func spans() {
    var span = Validity()
    #expect(span.contains(.min) && span.contains(.max))
    span.formIntersection(from: 10, until: 30)
    span.formIntersection(from: 20, until: 40)
    #expect([19, 20, 30, 31].map(span.contains) == [false, true, true, false])
    span.formIntersection(from: 31, until: 50)
    #expect((0...60).allSatisfy { !span.contains($0) })
  }

  @Test("a chain's span is that of its certificates, as far as they are valid at the time")
  func chain() throws {
    let now = WallTime.now().seconds
    func certificate(_ from: Int64, _ until: Int64) throws -> [UInt8] {
      var options = AuthorityOptions()
      options.notBefore = now + from
      options.notAfter = now + until
      return try CertificateAuthority(options).certificate
    }
    let pem = try certificate(-100, 200) + certificate(-50, 300) + certificate(-400, -1) + certificate(1, 10)
    let folder = try TemporaryFolder()
    let chain = try CertificateChain(Credentials.chain(inFile: folder.write("chain.pem", pem)))
    let span = chain.validity(around: now)
    #expect(span.from == now - 50 && span.until == now + 200)
  }

  private func ownValidity(_ client: Client) throws -> Validity {
    let connection = try client.connect()
    return withExtendedLifetime(connection) { connection.context.session.ownCertificateValidity }
  }

  @Test("the client's own certificate has its dates, if one was shown")
  func own() throws {
    var script = ServerScript()
    script.clientCertificate = .requested
    var client = try Client(script)
    #expect(try ownValidity(client) == Validity())
    var options = CertificateOptions()
    options.purpose = .tlsClient
    (options.notBefore, options.notAfter) = (WallTime.now().seconds - 60, WallTime.now().seconds + 60)
    let leaf = try CertificateAuthority().issue(options)
    let folder = try TemporaryFolder()
    client.configuration.clientCertificate = PEMKeyPair(
      certificate: try folder.write("client.pem", leaf.leaf), key: try folder.write("client.key", leaf.key))
    let span = try ownValidity(client)
    #expect(span.from == options.notBefore && span.until == options.notAfter)
  }

  @Test("a verification within another leaves it its own path")
  func nested() throws {
    let pem = try CertificateAuthority().certificate
    var certificate: gnutls_x509_crt_t?
    try #require(unsafe gnutls_x509_crt_init(&certificate) == 0)
    defer { unsafe gnutls_x509_crt_deinit(certificate) }
    try #require(unsafe pem.withDatum { unsafe gnutls_x509_crt_import(certificate, $0, GNUTLS_X509_FMT_PEM) } == 0)
    let (inner, outer) = PathWatch.path(withKeys: true) {
      let (_, inner) = PathWatch.path(withKeys: true) {}
      _ = unsafe PathWatch.function(certificate, certificate, nil, 0)
      return inner
    }
    #expect(inner.keys == [])
    #expect(outer.keys?.count == 1)
  }
}
