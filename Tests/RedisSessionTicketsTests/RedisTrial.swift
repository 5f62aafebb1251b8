import RedisSessionTickets
import SessionTickets
import SessionTicketsTesting
import Synchronization
import TestPeers

/// Servers that tests share, and stores on them.
enum RedisTrial {
  static let server = Result { try RedisServer() }

  private static let prefixes = Atomic<Int>(0)

  /// A prefix that no other store has.
  static func newPrefix() -> String { "gnutls-resume:t\(prefixes.add(1, ordering: .relaxed).newValue)" }

  /// An empty store on a server that may have others.
  static func store(
    _ base: String, bounds: StoreBounds = StoreBounds(), options: RedisOptions = patient, observer: StoreObserver? = nil
  ) throws -> RedisSessionTickets {
    var url = try RedisURL("\(base)?prefix=\(newPrefix())")
    url.bounds = bounds
    return RedisSessionTickets(url, options: options, observer: observer)
  }

  /// What tests wait for that aren't about waiting: machines that test are busy.
  static var patient: RedisOptions {
    var options = RedisOptions()
    options.claimLimit = 10_000
    options.keepLimit = 10_000
    return options
  }

  static func suite(_ base: String) -> StoreConformance {
    StoreConformance { bounds, observer in try store(base, bounds: bounds, observer: observer) }
  }

  /// The names of all checks.
  static let checks = suite("redis://localhost").checks.map(\.name)

  static func run(_ check: String, on base: String) throws {
    for found in suite(base).checks where found.name == check { try found.run() }
  }
}

extension RedisServer {
  var networkURL: String { "redis://127.0.0.1:\(port)" }
  var socketURL: String { "redis+unix://\(socket)" }
}
