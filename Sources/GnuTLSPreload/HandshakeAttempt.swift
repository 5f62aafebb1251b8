internal import GnuTLSResumption

/// A handshake in which a ticket may have been offered.
struct HandshakeAttempt {
  private let attachment: ForeignAttachment
  /// A function chooses the client's certificate: which one, is not known before the server asks.
  let choosesCertificate: Bool
  let nagleOff: NagleOff?
  /// The program hadn't loaded any trust when the handshake began, and the engine hasn't judged the peer yet.
  private(set) var isTrustPending: Bool
  /// The program resumes by a ticket of its own.
  let isProgramsOwn: Bool
  private var isLetGo = false
  /// The program has set a hook since, for messages that it won't see if the ticket is taken.
  var mayMissMessages = false
  /// Of the engine: nothing is kept if it doesn't trust the peer.
  private(set) var isPeerGood = true

  init(
    attachment: ForeignAttachment, choosesCertificate: Bool, isTrustPending: Bool, isProgramsOwn: Bool,
    nagleOff: NagleOff?
  ) {
    self.attachment = attachment
    self.choosesCertificate = choosesCertificate
    self.isTrustPending = isTrustPending
    self.isProgramsOwn = isProgramsOwn
    self.nagleOff = nagleOff
  }

  /// The engine's hold on the session; nil once it was left alone.
  var held: ForeignAttachment? { isLetGo ? nil : attachment }

  /// - Parameter policy: Of the trust that was loaded meanwhile.
  mutating func succeeded(by policy: VerificationPolicy? = nil) {
    isTrustPending = false
    isPeerGood = held?.handshakeSucceeded(by: policy) ?? false
  }

  func failed(_ result: Int32) { held?.handshakeFailed(result) }

  mutating func letGo() {
    guard let attachment = held else { return }
    isLetGo = true
    attachment.discard()
    attachment.detach()
  }
}
