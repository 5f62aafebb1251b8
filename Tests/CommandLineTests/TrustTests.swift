import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// What has changed between two runs of the tool, and what it says then: a refusal is one line, and exit 1.
@Suite("Trust that has changed between two runs")
struct TrustTests {
  private var tool: Tool
  private let root: CertificateAuthority
  private let leaf: IssuedCertificate

  init() throws {
    tool = try Tool()
    root = try CertificateAuthority()
    leaf = try root.issue()
    tool.trust = .file(try tool.folder.write("trust.pem", root.certificate))
  }

  private func server(_ version: TLSVersion) throws -> TLSServer {
    try TLSServer(certificate: leaf.serverCertificate, script: version.script)
  }

  private func expectRefused(
    _ server: TLSServer, _ more: [String] = [], environment: [String: String] = [:], saying text: String
  ) throws {
    let result = try tool.run(tool.connectArguments(server.port, more), environment: environment)
    #expect(result.status == 3)
    #expect(try Failure(result.standardOutput).error == "notTrusted")
    let lines = result.standardError.split(separator: "\n")
    #expect(lines.count == 1 && result.standardError.contains(text), "\(result.standardError)")
  }

  @Test("a trust file without the CA: refused; the CA back: resumed", arguments: TLSVersion.allCases)
  func trustFile(version: TLSVersion) throws {
    let server = try server(version)
    try tool.connect(server.port)
    try tool.folder.write("trust.pem", CertificateAuthority(AuthorityOptions(name: "Other")).certificate)
    try expectRefused(server, saying: "not trusted")
    #expect(server.waitForConnections(2)[1].clientHello?.offersResumption == false)
    try tool.folder.write("trust.pem", root.certificate)
    // What wasn't trusted was left for those who trust it.
    #expect(try tool.connect(server.port).handshake == "resumed")
  }

  @Test("--insecure first, verifying second, with a CA that isn't trusted: refused", arguments: TLSVersion.allCases)
  func insecureFirst(version: TLSVersion) throws {
    let server = try server(version)
    var insecure = tool
    insecure.trust = .insecure
    try insecure.connect(server.port)
    try tool.folder.write("trust.pem", CertificateAuthority(AuthorityOptions(name: "Other")).certificate)
    try expectRefused(server, saying: "not trusted")
    #expect(server.waitForConnections(2)[1].clientHello?.offersResumption == false)
  }

  @Test("a revocation list with the leaf: refused; one without: resumed", arguments: TLSVersion.allCases)
  func revocationList(version: TLSVersion) throws {
    let server = try server(version)
    try tool.connect(server.port)
    let list = try tool.folder.write("list.pem", root.revocationList())
    #expect(try tool.connect(server.port, ["--crl-file", list]).handshake == "resumed")
    try tool.folder.write("list.pem", root.revocationList(revoking: [leaf]))
    try expectRefused(server, ["--crl-file", list], saying: "revoked")
  }

  @Test("a trust folder: resumed, and refused once the CA is gone", arguments: TLSVersion.allCases)
  func trustFolder(version: TLSVersion) throws {
    let server = try server(version)
    let path = tool.folder.file("anchors")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let anchor = try tool.folder.write("anchors/root.pem", root.certificate)
    let arguments = ["connect", "127.0.0.1:\(server.port)", "--server-name", "localhost", "--json"] + tool.places
    func connect() throws -> Report { try Report(tool.run(arguments + ["--ca-folder", path])) }
    #expect(try connect().handshake == "full")
    #expect(try connect().handshake == "resumed")
    try FileManager.default.removeItem(atPath: anchor)
    let result = try tool.run(arguments + ["--ca-folder", path])
    #expect(result.status == 3 && result.standardError.contains("no certificate in the trust folder"))
  }

  @Test("a pin that doesn't match: refused", arguments: TLSVersion.allCases)
  func pin(version: TLSVersion) throws {
    let server = try server(version)
    try tool.connect(server.port)
    let pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    try expectRefused(server, ["--pin", pin], saying: "none of the pinned keys")
  }

  @Test("GnuTLS's own configuration made stricter: refused; unchanged: resumed", arguments: TLSVersion.allCases)
  func systemConfiguration(version: TLSVersion) throws {
    let server = try server(version)
    let configuration = ConfigurationLink(in: tool.folder)
    let environment = configuration.environment
    try configuration.set("profile-low")
    try tool.connect(server.port, environment: environment)
    #expect(try tool.connect(server.port, environment: environment).handshake == "resumed")
    try configuration.set("profile-future")
    // A fresh run, to show that this is what GnuTLS itself makes of it.
    try expectRefused(server, ["--no-resume"], environment: environment, saying: "insecure algorithm")
    try expectRefused(server, environment: environment, saying: "insecure algorithm")
  }

  @Test(
    "GnuTLS's own configuration gone: verified again; a TLS 1.2 session isn't offered", arguments: TLSVersion.allCases)
  func systemConfigurationGone(version: TLSVersion) throws {
    let server = try server(version)
    let configuration = ConfigurationLink(in: tool.folder)
    try configuration.set("profile-low")
    try tool.connect(server.port, environment: configuration.environment)
    let report = try tool.connect(server.port)
    #expect(report.reason == (version == .tls13 ? nil : "policyChanged"))
    #expect(try tool.connect(server.port).handshake == "resumed")
  }

  @Test("options that exclude each other, or make no sense, are refused")
  func options() throws {
    let pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    let wrong = [
      ["--insecure", "--ca-file", "a"], ["--insecure", "--ca-folder", "a"], ["--insecure", "--crl-file", "a"],
      ["--insecure", "--pin", pin], ["--ca-file", "a", "--ca-folder", "b"], ["--pin", "abc"],
      ["--verdict-lifetime", "-1"], ["--verdict-lifetime", "x"],
    ]
    for arguments in wrong {
      let result = try tool.run(["connect", "127.0.0.1:1"] + tool.places + arguments)
      #expect(result.status == 64, "\(arguments): \(result.output)")
    }
  }
}
