import Foundation
import SessionTickets
import Testing

@testable import GnuTLSResumption

extension Client {
  /// Stores a record that this client would offer, but for its chain and staples.
  func store(chain: [[UInt8]], staples: [[UInt8]]? = nil) throws {
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    var contents = try #require(TicketContents.sample)
    contents.gnutlsVersion = GnuTLSVersion.current
    contents.issued = clock.now.seconds
    contents.fullHandshake = FullHandshake(id: [UInt8](repeating: 0, count: 16), time: clock.now.seconds)
    contents.peerChain = chain
    contents.staples = staples ?? chain.map { _ in [] }
    let identity = ConnectionIdentity(server: ServerIdentity(name: "localhost", port: server.port))
    let place = try IdentityDigests.place(of: identity, verification: .engine(pins: []), key: master)
    let record = try #require(
      try RecordSeal.seal(
        contents.bytes, kind: .ticket, expiry: contents.issued + 7200, identity: place.identity, key: master))
    try store.insert(record, at: place, now: clock.now)
  }
}

extension Credentials {
  /// The certificates of a PEM file, in DER.
  static func chain(inFile path: String) throws -> [[UInt8]] {
    let pem = try String(contentsOfFile: path, encoding: .utf8)
    return try pem.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().map { part in
      let text = try #require(part.components(separatedBy: "-----END").first).filter { !$0.isWhitespace }
      return Array(try #require(Data(base64Encoded: text)))
    }
  }
}
