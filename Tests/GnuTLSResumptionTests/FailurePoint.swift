import ScriptableTLSServer
import Testing

/// A place in a client's handshake at which the server gives up, before the client believes the handshake complete.
struct FailurePoint: Sendable, CustomTestStringConvertible {
  enum Session: Sendable {
    /// The server resumes the session that is offered.
    case accepted
    /// The server has lost its keys: an offer leads to a full handshake.
    case forgotten
  }

  let mode: Mode
  let session: Session
  let moment: HandshakeFailure.Moment
  let message: HandshakeMessage
  let direction: HandshakeFailure.Direction?
  private let name: String

  var testDescription: String { "\(mode), \(session), \(moment) \(name)" }

  /// Whether the client can read an alert at this place. Under TLS 1.2 the server's Finished is the first message that
  /// it encrypts, and an alert instead of it comes without the ChangeCipherSpec before it.
  var alertIsReadable: Bool { mode == .tls13 || message != .finished || direction != .sent }

  func failure(_ action: HandshakeFailure.Action, onlyWhenResuming: Bool) -> HandshakeFailure {
    HandshakeFailure(moment, message, direction: direction, action: action, onlyWhenResuming: onlyWhenResuming)
  }

  static let actions: [HandshakeFailure.Action] = [.alert(40), .close, .reset]

  /// After a message that ends the server's flight the client is through, and it is too late for a second try.
  static let all = Mode.allCases.flatMap { $0.accepted + $0.full.map { $0.of(.forgotten) } }
  /// Those of a handshake without an offer.
  static let withoutOffer = Mode.allCases.flatMap { mode in
    mode.full + mode.accepted.filter { [.clientHello, .serverHello, .encryptedExtensions].contains($0.message) }
  }

  fileprivate init(
    _ mode: Mode, _ moment: HandshakeFailure.Moment, _ name: String, _ message: HandshakeMessage,
    _ direction: HandshakeFailure.Direction?, session: Session = .accepted
  ) {
    self.mode = mode
    self.session = session
    self.moment = moment
    self.name = name
    self.message = message
    self.direction = direction
  }

  private func of(_ session: Session) -> FailurePoint {
    FailurePoint(mode, moment, name, message, direction, session: session)
  }
}

extension Mode {
  private func before(
    _ name: String, _ message: HandshakeMessage, _ direction: HandshakeFailure.Direction? = nil
  ) -> FailurePoint { FailurePoint(self, .before, name, message, direction) }

  private func after(
    _ name: String, _ message: HandshakeMessage, _ direction: HandshakeFailure.Direction? = nil
  ) -> FailurePoint { FailurePoint(self, .after, name, message, direction) }

  /// In a resumed handshake (RFC 8446, figure 3; RFC 5246, figure 2).
  fileprivate var accepted: [FailurePoint] {
    let common = [
      before("ClientHello", .clientHello), after("ClientHello", .clientHello), before("ServerHello", .serverHello),
      before("the server's Finished", .finished, .sent),
    ]
    return self == .tls13 ? common + [before("EncryptedExtensions", .encryptedExtensions)] : common
  }

  /// Of a full handshake, with what a resumed one lacks.
  fileprivate var full: [FailurePoint] {
    guard self != .tls13 else {
      return [before("Certificate", .certificate), before("CertificateVerify", .certificateVerify)]
    }
    let messages: [(String, HandshakeMessage)] = [
      ("Certificate", .certificate), ("ServerKeyExchange", .serverKeyExchange),
      ("ServerHelloDone", .serverHelloDone), ("ClientKeyExchange", .clientKeyExchange),
    ]
    return messages.flatMap { [before($0.0, $0.1), after($0.0, $0.1)] } + [
      before("the client's Finished", .finished, .received), after("the client's Finished", .finished, .received),
      before("the server's Finished", .finished, .sent),
    ]
  }
}
