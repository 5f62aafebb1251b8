import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A server's name")
struct ServerNameTests {
  @Test(
    "has one normal form",
    arguments: [
      ("localhost", "localhost"), ("LOCALHOST", "localhost"), ("Local-Host_1.example.", "local-host_1.example"),
      ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example.", "xn--bcher-kva.example"),
      ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("bücher。example。", "xn--bcher-kva.example"),
      ("XN--BCHER-KVA.example", "xn--bcher-kva.example"), ("1.example", "1.example"), ("0xg", "0xg"),
      ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0x7F.1", "127.0.0.1"), ("0177.0.0.01", "127.0.0.1"),
      ("2130706433", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("127.256", "127.0.1.0"),
      ("::1", "::1"), ("[::1]", "::1"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), ("::FFFF:7f00:1", "::ffff:127.0.0.1"),
      ("FE80:0::1%eth0", "fe80::1%eth0"), ("[fe80::1%Eth0]", "fe80::1%Eth0"),
    ])
  func normalForm(given: String, normal: String) {
    #expect(ServerName(given).text == normal)
    #expect(ServerName(normal).text == normal)
    #expect(ServerIdentity(name: given, port: 443).name == normal)
  }

  @Test(
    "that has none stays as it is",
    arguments: [
      "", ".", "..", "[", "[]", "[::1", "::1]", "[localhost]", "fe80::1%", "1::2::3", "[\u{301}::1]", "\u{600}%::1",
      "a\0b", "B\0", "ü\0", "1.2.3.4 x", "1.2.3.4.5", "256.1.1.1", "\u{ff0e}", "a..", "A:b", "::.", "a b",
      "ü" + String(repeating: "a", count: 300),
    ])
  func noNormalForm(given: String) {
    #expect(ServerName(given).text == given)
    #expect(ServerName(given).forResolution == given)
  }

  @Test("in its normal form is its own normal form, whatever it was")
  func idempotent() {
    var generator = SplitMix(seed: 18)
    let parts = "a Z ü ß 1 0x 127 : :: % [ ] . 。 - f e\u{301} \0".split(separator: " ").map(String.init) + [" "]
    for _ in 0..<20_000 {
      let given = (0..<Int.random(in: 0...6, using: &generator))
        .map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
      let name = ServerName(given)
      #expect(ServerName(name.text) == name, "\(given)")
      #expect(ServerName(name.forVerification).forVerification == name.forVerification, "\(given)")
    }
  }

  @Test("is no matter of SNI if it is an address, nor is a zone one of certificates")
  func uses() {
    for address in ["127.1", "[::1]", "fe80::1%eth0", ""] { #expect(ServerName(address).forSNI == nil) }
    #expect(ServerName("LOCALHOST.").forSNI == "localhost" && ServerName("1.2.3.4.5").forSNI == "1.2.3.4.5")
    let zoned = ServerName("[FE80::1%eth0]")
    #expect(zoned.forVerification == "fe80::1" && zoned.forResolution == "fe80::1%eth0")
    #expect(!zoned.isCut && ServerName("a\0b").isCut)
    var identity = ConnectionIdentity(server: ServerIdentity(name: "FE80::1%eth0", port: 443))
    #expect(identity.server.description == "[fe80::1%eth0]:443" && identity.expectedName == "fe80::1")
    identity.expectedName = "LOCALHOST."
    identity.server.name = "127.1"
    #expect(identity.expectedName == "localhost" && identity.server.name == "127.0.0.1")
  }

  @Test(
    "in whatever form: trusted, and resumed by what another form began",
    arguments: [
      ["localhost", "LOCALHOST", "localhost."], ["127.0.0.1", "127.1", "0x7f000001"],
      ["::1", "[0:0::1]", "0:0:0:0:0:0:0:1"],
    ])
  func otherForms(names: [String]) throws {
    var client = try Client()
    for (index, name) in names.enumerated() {
      client.configuration.serverName = name
      #expect(try client.visitAnew().outcome.isResumed == (index > 0), "\(name)")
    }
    let asked = names[0] == "localhost" ? names[0] : nil
    #expect(client.server.waitForConnections(3).allSatisfy { $0.clientHello?.serverName == asked })
    #expect(try client.resumption().forget(name: names[2], port: nil) > 0)
    #expect(try client.store.count().records == 0)
  }

  @Test("of other letters than ASCII's is asked for, and trusted, by its A-labels")
  func internationalized() throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue(CertificateOptions(dnsNames: ["xn--bcher-kva.example"]))
    var client = try Client(serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    for (index, name) in ["bücher.example", "BÜCHER.EXAMPLE.", "xn--bcher-kva.example"].enumerated() {
      client.configuration.serverName = name
      #expect(try client.visitAnew().outcome.isResumed == (index > 0), "\(name)")
    }
    #expect(client.server.waitForConnections(3).allSatisfy { $0.clientHello?.serverName == "xn--bcher-kva.example" })
  }

  @Test("that is the host, too, and with a NUL in it an error")
  func host() throws {
    var client = try Client()
    client.configuration.serverName = nil
    for (index, host) in ["127.0.0.1", "127.1", "0x7F.1"].enumerated() {
      let connection = try TLSConnection.connect(
        to: host, port: client.server.port, configuration: client.configuration)
      connection.close()
      #expect(connection.outcome.isResumed == (index > 0), "\(host)")
    }
    let error = #expect(throws: ConnectionError.self) {
      try TLSConnection.connect(
        to: "127.0.0.1\0.example", port: client.server.port, configuration: client.configuration)
    }
    #expect(error?.code == .configuration)
    client.configuration.serverName = "localhost\0.example"
    #expect(throws: ConnectionError.self) { try client.visit() }
    #expect(client.server.connections.count { $0.handshakeError == 0 } == 3)
  }
}
