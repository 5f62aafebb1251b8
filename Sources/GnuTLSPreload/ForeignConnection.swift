internal import GnuTLSResumption

/// A connection of the program's whose handshake is done.
final class ForeignConnection {
  let attachment: ForeignAttachment
  private var nagleOff: NagleOff?
  /// The program's check was made within the handshake, or in its stead.
  private let isChecked: Bool
  /// The program's own check has passed, as far as it can be seen.
  private var isTrusted: Bool
  /// The program hadn't loaded any trust yet when the handshake ended: until the engine has judged, nothing is kept.
  private(set) var isTrustPending: Bool
  /// The program has gone on to use the connection.
  private var hasReceivedData = false
  /// The engine has been told.
  private var hasLearntFromData = false
  /// By an error or an alert.
  var hasBroken = false

  init(_ attachment: ForeignAttachment, nagleOff: NagleOff?, isChecked: Bool, isTrustPending: Bool) {
    self.attachment = attachment
    self.nagleOff = nagleOff
    self.isChecked = isChecked && !isTrustPending
    self.isTrustPending = isTrustPending
    isTrusted = self.isChecked
  }

  /// The program has found its peer good, after the handshake.
  /// - Parameter policy: Of the trust that it has loaded, if that was pending.
  /// - Returns: Whether the engine trusts the peer too.
  func programTrusts(by policy: VerificationPolicy?) -> Bool {
    if isTrustPending {
      guard let policy, attachment.handshakeSucceeded(by: policy) else { return false }
      isTrustPending = false
    }
    isTrusted = true
    return true
  }

  /// - Returns: Whether there is something to keep, or to learn.
  func receivedData() -> Bool {
    hasReceivedData = true
    nagleOff?.restore()
    nagleOff = nil
    return isTrusted && (!hasLearntFromData || attachment.hasSomethingToKeep)
  }

  func keep() {
    if hasReceivedData, !hasLearntFromData {
      hasLearntFromData = true
      attachment.receivedData()
    }
    if attachment.hasSomethingToKeep { attachment.keep() }
  }

  var mayKeepAtEnd: Bool { isTrusted && (hasReceivedData || isChecked) }

  func end(hasSentData: Bool, mayHaveMissedCalls: Bool) {
    if !hasReceivedData, attachment.isOfThisProcess {
      if hasSentData {
        attachment.endedSilently(isCertain: hasBroken)
      } else if attachment.outcome.isResumed {
        // It has gone away: maybe for what only a full handshake mends, such as a pin of the server's new key.
        attachment.distrust()
      }
    }
    if mayHaveMissedCalls || !mayKeepAtEnd {
      attachment.discard()
    } else {
      keep()
    }
    attachment.detach()
  }
}
