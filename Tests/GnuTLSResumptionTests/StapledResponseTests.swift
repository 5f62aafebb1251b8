import Foundation
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Stapled OCSP responses")
struct StapledResponseTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A response of OpenSSL's, good for a day, for a certificate of the fixtures.
  private func response(revoked: Bool) throws -> [UInt8] {
    let fixture = Fixture.ecdsa
    let serial = try ProcessRunner.run(["openssl", "x509", "-in", fixture.leaf, "-noout", "-serial"])
    let number = try #require(serial.standardOutput.split(separator: "=").last).filter { !$0.isWhitespace }
    let state = revoked ? "R\t400101000000Z\t250101000000Z" : "V\t400101000000Z\t"
    try folder.write("index.txt", "\(state)\t\(number)\tunknown\t/CN=localhost\n")
    let key = Fixture.folder + "/ecdsa-intermediate.key"
    let result = try ProcessRunner.run([
      "openssl", "ocsp", "-index", folder.file("index.txt"), "-CA", fixture.intermediate, "-issuer",
      fixture.intermediate, "-cert", fixture.leaf, "-rsigner", fixture.intermediate, "-rkey", key, "-ndays", "1",
      "-respout", folder.file("response.der"),
    ])
    try #require(result.status == 0, "\(result.output)")
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("response.der"))))
  }

  @Test("speak for their certificate until the next is due; none at all is no objection", .needs(.openssl))
  func good() throws {
    let der = try response(revoked: false)
    let now = WallTime.now().seconds
    #expect(StapledResponse.isGood(der, now: now))
    #expect(!StapledResponse.isGood(der, now: now + 2 * 24 * 3600))
    #expect(!StapledResponse.isGood(Array(der.dropLast()), now: now))
    #expect(StapledResponse.isGood([], now: now))
  }

  @Test("that say revoked, or are superseded, keep the ticket from being offered", .needs(.openssl))
  func refused() throws {
    #expect(!StapledResponse.isGood(try response(revoked: true), now: WallTime.now().seconds))
    let client = try Client()
    let chain = try Credentials.chain(inFile: Fixture.ecdsa.chain)
    try client.store(chain: chain, staples: [try response(revoked: true)] + chain.dropFirst().map { _ in [] })
    #expect(try client.visit().reason == .trustChanged)
    #expect(client.server.connections.first?.clientHello?.offersResumption == false)
  }
}
