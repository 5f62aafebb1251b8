/// Replaces the `legacy_session_id` in TLS 1.3 session data.
///
/// GnuTLS sends the original connection's id, in the clear, with every resumption along the chain: whoever watches
/// could link the connections although each ticket is used once (RFC 8446, appendix C.4). A ticket is offered at
/// most once, so a fresh id at its capture is a fresh id in every ClientHello.
enum LegacySessionID {
  /// Overwrites the one occurrence of the id by the replacement, of the same length.
  ///
  /// Returns false, and changes nothing, unless the id stands in the data exactly once. An empty id
  /// (`%DISABLE_TLS13_COMPAT_MODE`) is nothing to replace.
  static func replace(_ id: [UInt8], in data: inout [UInt8], by replacement: [UInt8]) -> Bool {
    guard !id.isEmpty else { return true }
    guard replacement.count == id.count, let offset = onlyOffset(of: id, in: data) else { return false }
    data.replaceSubrange(offset..<offset + id.count, with: replacement)
    return true
  }

  private static func onlyOffset(of id: [UInt8], in data: [UInt8]) -> Int? {
    guard let found = data.firstIndex(of: id), data.firstIndex(of: id, from: found + 1) == nil else { return nil }
    return found
  }
}
