import Foundation
import GnuTLSResumption
import RedisSessionTickets
import ScriptableTLSServer
import SessionTickets
import SessionTicketsTesting
import TestPeers
import Testing

@testable import StoreLocation

/// How long a store in trouble keeps a connection waiting, by clock: 50 ms are promised.
@Suite("A store in trouble holds nobody up", .serialized)
struct PromptnessTests {
  enum Trouble: String, CaseIterable {
    case stopped, refusing, trickling, garbage
    case loading = "-LOADING"
    case readOnly = "-READONLY"
    case outOfMemory = "-OOM"
    case unauthenticated = "-NOAUTH"
    case gigabyte = "a bulk of 1 GB"
    case silentTLS = "a silent TLS server"
    case unreachable = "an address that swallows everything"
  }

  /// A server in that trouble. It ends with this.
  private final class Troubled {
    let url: String
    private var end: () -> Void = {}

    init(_ trouble: Trouble) throws {
      switch trouble {
      case .stopped:
        let server = try RedisServer()
        server.signal(SIGSTOP)
        url = "redis://127.0.0.1:\(server.port)"
        end = { server.kill() }
      case .refusing: url = "redis://127.0.0.1:\(try FreePort.find())"
      case .unreachable:
        let server = try UnreachableServer()
        url = "redis://127.0.0.1:\(server.port)"
        end = { withExtendedLifetime(server) {} }
      default:
        let server = try ScriptedServer(Self.conduct(trouble))
        url = "\(trouble == .silentTLS ? "rediss" : "redis")://127.0.0.1:\(server.port)"
        end = { server.stop() }
      }
    }

    deinit { end() }

    private static func conduct(_ trouble: Trouble) -> ScriptedServer.Conduct {
      switch trouble {
      case .trickling: .trickling("+" + String(repeating: "x", count: 600), 1_000)
      case .garbage: .answering("HTTP/1.1 400 Bad Request\r\n\r\n")
      case .loading: .answering("-LOADING Redis is loading the dataset in memory\r\n")
      case .readOnly: .answering("-READONLY You can't write against a read only replica.\r\n")
      case .outOfMemory: .answering("-OOM command not allowed when used memory > 'maxmemory'.\r\n")
      case .unauthenticated: .answering("-NOAUTH Authentication required.\r\n")
      case .gigabyte: .answering("$1073741824\r\n" + String(repeating: "x", count: 100_000))
      default: .silent
      }
    }
  }

  /// Milliseconds.
  private struct Times {
    private let sorted: [Double]

    init(_ body: () throws -> Void) throws { sorted = try (0..<11).map { _ in try Self.time(body) }.sorted() }

    static func time(_ body: () throws -> Void) throws -> Double {
      try ContinuousClock().measure(body) / .milliseconds(1)
    }

    var median: Double { sorted[sorted.count / 2] }
    var maximum: Double { sorted[sorted.count - 1] }
    var text: String { String(format: "%.1f | %.1f", median, maximum) }
  }

  @Test("A claim has ended after 50 ms", .needs(.redis), arguments: Trouble.allCases)
  func claim(trouble: Trouble) throws {
    let server = try Troubled(trouble)
    let url = try RedisURL(server.url)
    let times = try Times {
      let store = RedisSessionTickets(url, options: RestingStore.options(for: url, beside: nil))
      let view = store.within(milliseconds: url.wait)
      #expect(throws: StoreError.self) { _ = try view.take(from: RecordFactory.place(), now: RecordFactory.start) }
    }
    print("claim: \(trouble.rawValue) | \(times.text)")
    // With room for a machine that does much else.
    #expect(times.median < 250)
  }

  @Test("A whole connection is made that much later, and says why", .needs(.redis), arguments: Trouble.allCases)
  func connection(trouble: Trouble) throws {
    let store = try Troubled(trouble)
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    let fleet = try Fleet(store.url)
    var host = try fleet.host("host")
    let more = try (0..<5).map { number in
      let without = try Times.time {
        let result = try host.run(host.connectArguments(server.port, ["--no-resume"]))
        #expect(result.status == 0)
      }
      // By another name each time: what has made trouble is left alone for a while.
      host.url = "\(store.url)?prefix=p\(number)"
      let with = try Times.time {
        let report = try host.connect(server.port)
        #expect(report.handshake == "full" && report.reason == "storeUnavailable")
      }
      return with - without
    }
    print("connection: \(trouble.rawValue) | \(more.map { String(format: "%.1f", $0) })")
    // The quickest: where many tests run at once, starting a process may take longer than all of this.
    #expect(try #require(more.min()) < 250)
  }
}
