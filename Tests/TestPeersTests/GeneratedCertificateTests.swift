import ScriptableTLSServer
import TestPeers
import Testing

/// Generated certificates, judged by openssl.
@Suite(.needs(.openssl)) struct GeneratedCertificateTests {
  /// What `openssl verify` says of a chain.
  static func verify(_ options: CertificateOptions, _ arguments: [String] = []) throws -> ProcessResult {
    let made = try GeneratedCertificate(options)
    let folder = try TemporaryFolder()
    let authority = try folder.write("ca.pem", made.authority)
    let chain = try folder.write("chain.pem", made.chain)
    return try ProcessRunner.run(
      ["openssl", "verify", "-purpose", "sslserver", "-CAfile", authority, "-untrusted", chain] + arguments + [chain])
  }

  @Test(arguments: [CertificateOptions.KeyType.ecdsa, .rsa], [false, true])
  func aPlainOneIsGood(type: CertificateOptions.KeyType, intermediate: Bool) throws {
    var options = CertificateOptions(dnsNames: ["localhost", "example.org"])
    options.ipAddresses = [.loopback]
    options.keyType = type
    options.hasIntermediate = intermediate
    #expect(try Self.verify(options, ["-verify_hostname", "example.org", "-x509_strict"]).status == 0)
    #expect(try Self.verify(options, ["-verify_ip", "127.0.0.1"]).status == 0)
    #expect(try Self.verify(options, ["-verify_hostname", "other.org"]).status != 0)
  }

  @Test func datesAreAsAsked() throws {
    var options = CertificateOptions()
    options.notBefore = 1_700_000_000
    options.notAfter = 1_710_000_000
    #expect(try Self.verify(options).output.contains("certificate has expired"))
    #expect(try Self.verify(options, ["-attime", "1705000000"]).status == 0)
    #expect(try Self.verify(options, ["-attime", "1690000000"]).output.contains("not yet valid"))
    options.authorityNotAfter = 1_702_000_000
    #expect(try Self.verify(options, ["-attime", "1705000000"]).output.contains("certificate has expired"))
  }

  @Test func theWrongPurposeIsSeen() throws {
    var options = CertificateOptions()
    options.purpose = .codeSigning
    #expect(try Self.verify(options).status != 0)
    options.purpose = .tlsClient
    #expect(try Self.verify(options, ["-purpose", "sslclient"]).status == 0)
  }

  @Test func aWeakHashIsSeen() throws {
    var options = CertificateOptions()
    options.signatureHash = .sha1
    #expect(try Self.verify(options, ["-auth_level", "2"]).output.contains("weak"))
    #expect(try Self.verify(options, ["-auth_level", "0"]).status == 0)
  }

  @Test(arguments: [false, true]) func nameConstraintsHold(intermediate: Bool) throws {
    var options = CertificateOptions(dnsNames: ["good.example.org"])
    options.hasIntermediate = intermediate
    options.permittedDNSNames = ["example.org"]
    #expect(try Self.verify(options).status == 0)
    options.permittedDNSNames = ["example.com"]
    #expect(try Self.verify(options).output.contains("permitted subtree violation"))
  }
}
