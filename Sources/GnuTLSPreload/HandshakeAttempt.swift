internal import GnuTLSResumption

/// A handshake in which a ticket may have been offered.
struct HandshakeAttempt {
  /// Knows where the newest ticket is, also after it has let go of the session.
  let attachment: ForeignAttachment
  /// A function chooses the client's certificate: which one, is not known before the server asks.
  let choosesCertificate: Bool
  let nagleOff: NagleOff?
  private var isLetGo = false
  /// The program has set a hook since, for messages that it won't see if the ticket is taken.
  var mayMissMessages = false
  /// Of the engine: nothing is kept if it doesn't trust the peer.
  private(set) var isPeerGood = true

  init(attachment: ForeignAttachment, choosesCertificate: Bool, nagleOff: NagleOff?) {
    self.attachment = attachment
    self.choosesCertificate = choosesCertificate
    self.nagleOff = nagleOff
  }

  /// The engine's hold on the session; nil once it was left alone.
  var held: ForeignAttachment? { isLetGo ? nil : attachment }

  mutating func succeeded() { isPeerGood = held?.handshakeSucceeded() ?? false }

  func failed(_ result: Int32) { held?.handshakeFailed(result) }

  mutating func letGo() {
    guard let attachment = held else { return }
    isLetGo = true
    attachment.discard()
    attachment.detach()
  }
}
