#if Telemetry
internal import GnuTLSResumption
internal import Synchronization

/// Which servers have dimensions of their own: never more than somebody has asked for, as each costs a backend a series.
final class NamedServers: Sendable {
  private let most: Int
  private let known = Mutex<Set<ServerIdentity>>([])

  init(most: Int) { self.most = most }

  func dimensions(of server: ServerIdentity) -> [(String, String)] {
    guard most > 0 else { return [] }
    let isKnown = known.withLock { known in
      guard !known.contains(server) else { return true }
      guard known.count < most else { return false }
      known.insert(server)
      return true
    }
    guard isKnown else { return [("server.address", "other")] }
    return [("server.address", server.name), ("server.port", "\(server.port)")]
  }
}
#endif
