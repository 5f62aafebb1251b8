internal import SessionTicketsLocking

/// The priorities of this process's sessions: to read a priority string takes GnuTLS a twentieth of a resumed handshake.
enum PriorityCache {
  private struct Entry {
    let string: String?
    let isAppended: Bool
    let priorities: PriorityList
  }

  private static let most = 16
  private static let known = Lock<[Entry]>([])

  static func priorities(_ string: String?, isAppended: Bool = false) throws(GnuTLSError) -> PriorityList {
    // The configuration file has its say in what a string means, and GnuTLS may read it again.
    guard GnuTLSConfiguration.isAsLoaded else { return try PriorityList(string, isAppended: isAppended) }
    return try known.withLock { (known) throws(GnuTLSError) in
      if known.count >= most { known = [] }
      if let entry = known.first(where: { $0.string == string && $0.isAppended == isAppended }) {
        return entry.priorities
      }
      let made = try PriorityList(string, isAppended: isAppended)
      known.append(Entry(string: string, isAppended: isAppended, priorities: made))
      return made
    }
  }
}
