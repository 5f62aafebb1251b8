internal import CGnuTLS
internal import SessionTicketsLocking

/// The groups of GnuTLS's default priorities.
enum DefaultGroups {
  private static let all: [UInt32] = (try? PriorityList(nil))?.groups ?? []
  /// What was asked for last.
  private static let known = Lock<(group: UInt32, string: String)>((0, ""))

  /// What to append to the default priorities so that one group leads and none is lost; nil if it isn't one of them.
  static func leading(with group: UInt32) -> String? {
    guard all.contains(group) else { return nil }
    return known.withLock { known in
      if known.group != group { known = (group, string(leadingWith: group)) }
      return known.string
    }
  }

  private static func append(_ group: UInt32, to result: inout String) {
    guard let name = unsafe gnutls_group_get_name(gnutls_group_t(rawValue: group)) else { return }
    result += ":+GROUP-"
    result += unsafe String(cString: name)
  }

  private static func string(leadingWith group: UInt32) -> String {
    var result = "-GROUP-ALL"
    append(group, to: &result)
    for other in all where other != group { append(other, to: &result) }
    return result
  }
}
