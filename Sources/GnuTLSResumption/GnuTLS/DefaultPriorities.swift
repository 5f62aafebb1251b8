internal import SessionTicketsLocking

/// The priorities of a session whose caller leaves them to GnuTLS: what GnuTLS would take, but for two things.
///
/// By default GnuTLS offers resumption with and without a fresh key exchange: only the one with it is kept (`psk_dhe_ke`,
/// RFC 8446, section 4.2.9). And the group leads that the server has chosen before.
enum DefaultPriorities {
  private static let freshKeyExchange = "+ECDHE-PSK"

  struct Choice {
    let list: PriorityList
    /// Send a key share for the leading group only.
    let sharesOneKey: Bool
  }

  private struct Entry {
    let group: String?
    let choice: Choice
  }

  private static let most = 16
  /// What was chosen where no administrator has a say.
  private static let known = Lock<[Entry]>([])

  static func choice(leadingWith group: String?) throws(GnuTLSError) -> Choice {
    guard GnuTLSConfiguration.isAbsent else {
      return try choice(leadingWith: group, behind: administratorsBase, isAdministrators: true)
    }
    return try known.withLock { (known) throws(GnuTLSError) in
      if let entry = known.first(where: { $0.group == group }) { return entry.choice }
      if known.count >= most { known = [] }
      let made = try choice(leadingWith: group, behind: .appended, isAdministrators: false)
      known.append(Entry(group: group, choice: made))
      return made
    }
  }

  private static func choice(
    leadingWith group: String?, behind base: Base, isAdministrators: Bool
  ) throws(GnuTLSError) -> Choice {
    guard base != .untouched else { return Choice(list: try PriorityCache.priorities(nil), sharesOneKey: false) }
    if let group, let plain = try? PriorityCache.priorities(nil),
      let (names, sharesOneKey) = plain.groupOrder?.leading(with: group, isAdministrators: isAdministrators),
      let list = try? base.priorities(names.reduce(into: ":-GROUP-ALL") { $0 += ":+GROUP-" + $1 }),
      list.groupOrder?.names == names
    {
      return Choice(list: list, sharesOneKey: sharesOneKey)
    }
    return Choice(list: try base.priorities(""), sharesOneKey: false)
  }

  /// What our string goes behind.
  private enum Base {
    /// GnuTLS's default.
    case appended
    /// The administrator's list of all that is allowed: GnuTLS would append to its own default instead.
    case system
    /// Nothing can go behind it without changing more.
    case untouched

    func priorities(_ further: String) throws(GnuTLSError) -> PriorityList {
      let string = freshKeyExchange + further
      return self == .system
        ? try PriorityCache.priorities("@SYSTEM:" + string)
        : try PriorityCache.priorities(string, isAppended: true)
    }
  }

  /// What an administrator has given can change, and so can what goes behind it: looked at each time.
  private static var administratorsBase: Base {
    guard let plain = try? PriorityCache.priorities(nil) else { return .appended }
    for base in [Base.appended, .system] {
      if let list = try? base.priorities(""), list.allowsTheSame(as: plain) { return base }
    }
    return .untouched
  }
}
