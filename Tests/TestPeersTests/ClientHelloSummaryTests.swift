import ScriptableTLSServer
import TestPeers
import Testing

struct ClientHelloSummaryTests {
  /// A hello put together by hand: TLS 1.3 with a ticket, and a TLS 1.2 ticket beside it.
  static let hello: [UInt8] = {
    func vector(_ width: Int, _ bytes: [UInt8]) -> [UInt8] {
      (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }
    func named(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { [0, number] + vector(2, content) }
    var extensions = named(0, vector(2, [0] + vector(2, Array("localhost".utf8))))
    extensions += named(10, vector(2, [0, 23, 0, 29]))
    extensions += named(16, vector(2, vector(1, Array("h2".utf8)) + vector(1, Array("http/1.1".utf8))))
    extensions += named(23, []) + named(35, [7, 7]) + named(42, [])
    extensions += named(43, vector(1, [3, 4, 3, 3])) + named(45, vector(1, [1]))
    extensions += named(51, vector(2, [0, 29] + vector(2, [1, 2, 3])))
    extensions += named(41, vector(2, vector(2, [9, 9, 9]) + [0, 0, 1, 0]) + vector(2, vector(1, [5, 5])))
    return [3, 3] + (0..<32).map { $0 } + vector(1, [1, 2, 3]) + vector(2, [0x13, 0x01]) + vector(1, [0])
      + vector(2, extensions)
  }()

  @Test func everyFieldIsRead() throws {
    let summary = try #require(ClientHelloSummary(parsing: Self.hello))
    #expect(summary.random == (0..<32).map { UInt8($0) })
    #expect(summary.legacySessionID == [1, 2, 3])
    #expect(summary.cipherSuites == [0x1301])
    #expect(summary.extensions == [0, 10, 16, 23, 35, 42, 43, 45, 51, 41])
    #expect(summary.serverName == "localhost")
    #expect(summary.alpn == ["h2", "http/1.1"])
    #expect(summary.supportedGroups == [23, 29])
    #expect(summary.keyShares == [29])
    #expect(summary.supportedVersions == [0x0304, 0x0303] && summary.offersTLS13)
    #expect(summary.pskKeyExchangeModes == [1])
    #expect(summary.offersEarlyData && summary.offersExtendedMasterSecret && summary.offersResumption)
    #expect(summary.tls12Ticket == [7, 7])
    #expect(summary.pskIdentities.map(\.identity) == [[9, 9, 9]])
    #expect(summary.pskIdentities.map(\.obfuscatedAge) == [256])
  }

  @Test func aTruncatedHelloIsRefused() {
    let withoutExtensions = 2 + 32 + 4 + 4 + 2
    for count in 0..<Self.hello.count where count != withoutExtensions {
      #expect(ClientHelloSummary(parsing: Array(Self.hello.prefix(count))) == nil, "\(count) bytes")
    }
  }

  @Test func aDamagedHelloNeverTraps() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var bytes = Self.hello
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = ClientHelloSummary(parsing: bytes)
    }
  }
}
