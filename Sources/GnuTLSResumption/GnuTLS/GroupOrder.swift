/// The groups of the key exchange that a client's priorities allow, by GnuTLS's names, the preferred one first.
///
/// GnuTLS sends those of finite fields and of elliptic curves each together, and hybrid ones before all others, whatever the
/// priorities say; of each kind in their order.
struct GroupOrder: Equatable {
  var names: [String]
  /// Groups of curves are sent before those of finite fields.
  var curvesComeFirst = true

  /// Groups of curves, and how many bits of security they are said to have (NIST SP 800-57; RFC 7748).
  private static let curves: [(name: String, bits: Int)] = [
    ("SECP192R1", 96), ("SECP224R1", 112), ("SECP256R1", 128), ("X25519", 128), ("SECP384R1", 192), ("X448", 224),
    ("SECP521R1", 256),
  ]
  /// Groups of finite fields (RFC 7919, appendix A).
  private static let fields: [(name: String, bits: Int)] = [
    ("FFDHE2048", 103), ("FFDHE3072", 125), ("FFDHE4096", 150), ("FFDHE6144", 175), ("FFDHE8192", 192),
  ]

  /// Nil for hybrid groups, and for those that nobody knew when this was written: they are never passed.
  private static func bits(_ name: String) -> Int? {
    (curves + fields).first { $0.name == name }?.bits
  }

  /// Whether GnuTLS sends a key share of a group in its first flight: of the first, and unless it is to be the only one, of
  /// the first that is of another kind (GnuTLS, lib/ext/key_share.c).
  ///
  /// Where hybrid groups are allowed, or some that nobody knew when this was written, nobody can tell.
  func sharesKey(of group: String, sharesOneKey: Bool) -> Bool {
    guard curvesComeFirst, names.allSatisfy({ Self.bits($0) != nil }) else { return false }
    let isCurve = { (name: String) in Self.curves.contains { $0.name == name } }
    let sent = names.filter(isCurve) + names.filter { !isCurve($0) }
    guard let first = sent.first else { return false }
    if group == first { return true }
    return !sharesOneKey && group == sent.first { Self.kind($0) != Self.kind(first) }
  }

  /// GnuTLS's kinds of keys: NIST's curves share one, and so do the finite fields; each of the other curves has its own.
  private static func kind(_ name: String) -> String {
    if name.hasPrefix("SECP") { return "SECP" }
    return name.hasPrefix("FFDHE") ? "FFDHE" : name
  }

  /// The order in which a group comes as early as it may that a server has chosen, so that its key share is among those
  /// that are sent.
  ///
  /// No group is lost.
  /// - Parameter isAdministrators: An administrator may have given the order: none is passed that is stronger.
  /// - Returns: Nil if nothing is gained.
  func leading(with group: String, isAdministrators: Bool) -> (names: [String], sharesOneKey: Bool)? {
    guard let position = names.firstIndex(of: group), curvesComeFirst,
      let own = Self.curves.first(where: { $0.name == group })?.bits
    else { return nil }
    let barrier = names[..<position].lastIndex { name in
      guard let bits = Self.bits(name) else { return true }
      return isAdministrators && bits > own
    }
    let target = barrier.map { $0 + 1 } ?? 0
    // Alone only if it is certain to be the first that is sent.
    let sharesOneKey = target == 0 && names.allSatisfy { Self.bits($0) != nil }
    guard target < position || sharesOneKey else { return nil }
    var result = names
    result.remove(at: position)
    result.insert(group, at: target)
    return (result, sharesOneKey)
  }
}
