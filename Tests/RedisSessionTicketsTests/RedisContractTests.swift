import Foundation
import TestPeers
import Testing

@testable import RedisSessionTickets

@Suite("The contract of a store, on Redis")
struct RedisContractTests {
  @Test("A store over TCP:", .needs(.redis), arguments: RedisTrial.checks)
  func network(check: String) throws { try RedisTrial.run(check, on: RedisTrial.server.get().networkURL) }

  @Test("A store over a Unix socket:", .needs(.redis), arguments: RedisTrial.checks)
  func socket(check: String) throws { try RedisTrial.run(check, on: RedisTrial.server.get().socketURL) }

  @Test("A store in a cluster of three:", .needs(.redis), arguments: RedisTrial.checks)
  func cluster(check: String) throws { try RedisTrial.run(check, on: Self.cluster.get().servers[0].networkURL) }

  @Test(
    "A store whose user has the rights that the documentation names, and no others:", .needs(.redis),
    arguments: RedisTrial.checks)
  func leastRights(check: String) throws {
    try RedisTrial.run(check, on: "redis://gnutls-resume:secret@127.0.0.1:\(Self.guarded.get().port)")
  }

  static let cluster = Result { try RedisCluster() }

  /// A server that knows nobody but that user.
  static let guarded = Result {
    let server = try RedisServer()
    let answer = try server.run(["ACL", "SETUSER"] + RedisDocumentation.rights(password: "secret"))
    guard answer == "OK" else { throw PeerError("the documented rights: \(answer)") }
    try server.run(["ACL", "SETUSER", "default", "off"])
    return server
  }

  @Test("The scripts have the names that the server gives them", .needs(.redis))
  func digests() throws {
    for (index, script) in RedisScript.all.enumerated() {
      let name = try RedisTrial.server.get().run(["SCRIPT", "LOAD", String(decoding: script.source, as: UTF8.self)])
      #expect(String(decoding: script.name, as: UTF8.self) == name, "script \(index)")
    }
  }
}

/// What the documentation says, word for word.
enum RedisDocumentation {
  /// The line of the user's rights, behind the word `user`.
  static func rights(password: String) throws -> [String] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/RedisSessionTickets/RedisSessionTickets.docc/TheStoreOnRedis.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("user gnutls-resume ") })
    return line.split(separator: " ").dropFirst().map { $0 == ">PASSWORD" ? ">\(password)" : String($0) }
  }
}
