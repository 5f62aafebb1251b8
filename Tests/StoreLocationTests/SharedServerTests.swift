import Foundation
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption
@testable import StoreLocation

@Suite("Servers of several machines, whose store is named by a URL")
struct SharedServerTests {
  private let redis: RedisServer
  private let folder: TemporaryFolder
  private let url: String

  init() throws {
    redis = try RedisServer()
    folder = try TemporaryFolder()
    url = "redis+unix://\(redis.socket)?wait=5000"
  }

  private func server(keyFile: String?) throws -> ServerTickets {
    let (store, key) = try StoreLocation(RawPath(url)).serverPlace(keyFile: keyFile.map { RawPath($0) })
    return ServerTickets(store: store, masterKey: key, context: try #require(HostContext("localhost")))
  }

  @Test("they seal with the same key, which is the server's role's, and no client's")
  func shared() throws {
    let path = folder.file("key")
    try MasterKeyFile(RawPath(path)).rotate()
    let (first, second) = (try server(keyFile: path), try server(keyFile: path))
    for server in [first, second] {
      server.refresh()
      #expect(server.isShared)
    }
    let slot = first.calendar.slot(at: .now())
    let keys = try [first, second].map { try #require($0.state.withLock { $0.keys.sealing(slot) }).key }
    #expect(keys[0].isSame(as: keys[1]))
    #expect(try redis.run(["KEYS", "gnutls-resume:client:*"]).isEmpty)
  }

  @Test("the key must be named, and isn't made")
  func key() throws {
    let error = try #require(throws: StoreError.self) { try server(keyFile: nil) }
    #expect(error.message.contains("name the file"))
    let path = folder.file("missing")
    let keyless = try server(keyFile: path)
    keyless.refresh()
    #expect(!keyless.isShared && !FileManager.default.fileExists(atPath: path))
  }
}
