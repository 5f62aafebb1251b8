internal import CGnuTLS
internal import Locking

/// The groups of GnuTLS's default priorities.
enum DefaultGroups {
  private static let all: [UInt32] = (try? PriorityList(nil))?.groups ?? []
  private static let known = Lock<[(group: UInt32, string: String)]>([])

  /// What to append to the default priorities so that one group leads and none is lost; nil if it isn't one of them.
  static func leading(with group: UInt32) -> String? {
    guard all.contains(group) else { return nil }
    return known.withLock { known in
      if let known = known.first(where: { $0.group == group }) { return known.string }
      let string = string(leadingWith: group)
      known.append((group, string))
      return string
    }
  }

  private static func string(leadingWith group: UInt32) -> String {
    let names = ([group] + all.filter { $0 != group }).compactMap { number in
      unsafe gnutls_group_get_name(gnutls_group_t(rawValue: number)).map { unsafe String(cString: $0) }
    }
    return "-GROUP-ALL" + names.map { ":+GROUP-\($0)" }.joined()
  }
}
