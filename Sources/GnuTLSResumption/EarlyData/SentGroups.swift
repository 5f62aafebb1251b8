internal import CGnuTLS

/// What a session's priorities say of early data: a cipher that isn't allowed breaks the handshake, and a group without a key
/// share in the first flight leads to a HelloRetryRequest, in which GnuTLS hangs after early data.
struct SentGroups {
  private let priorities: PriorityList
  private let sharesOneKey: Bool
  /// Nobody remembers groups across a caller's partitions: that of the ticket has to do.
  private let isPartitioned: Bool

  init(_ priorities: PriorityList, sharesOneKey: Bool, isPartitioned: Bool) {
    self.priorities = priorities
    self.sharesOneKey = sharesOneKey
    self.isPartitioned = isPartitioned
  }

  func allow(cipher: UInt32) -> Bool {
    priorities.allows(cipher: cipher) && priorities.allows(protocolVersion: GNUTLS_TLS1_3.rawValue)
  }

  /// Whether the group of a stored session is the server's only one, and its share is sent.
  func shareIsSent(of group: UInt32, to setup: ClientSetup) -> Bool {
    guard group != 0, let name = unsafe gnutls_group_get_name(gnutls_group_t(rawValue: group)),
      let order = priorities.groupOrder
    else { return false }
    let text = unsafe String(cString: name)
    guard isPartitioned || setup.serverNotes.rememberedGroup == text else { return false }
    return order.sharesKey(of: text, sharesOneKey: sharesOneKey)
  }
}
