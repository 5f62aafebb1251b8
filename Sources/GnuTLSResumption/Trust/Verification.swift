/// Who checks that the peer is who it should be, after fresh and resumed handshakes alike.
///
/// GnuTLS itself verifies nothing on a resumed handshake, neither by its own functions nor by the application's.
@safe
public enum Verification: Sendable {
  /// The engine verifies: the chain, the name and the purpose, against this policy's trust.
  case engineVerifies(VerificationPolicy)
  /// The application verifies: the closure runs after *every* handshake, resumed or not, before success is reported,
  /// and answers whether the peer may be trusted. It is given the `gnutls_session_t`.
  case applicationVerifies(@Sendable (OpaquePointer) -> Bool)
  /// Nobody verifies. Such sessions are an identity of their own: none is ever offered by who does verify.
  case insecure

  var kind: VerificationKind {
    switch self {
    case .engineVerifies(let policy): .engine(pins: policy.pins.isEmpty ? [] : policy.pins.sorted())
    case .applicationVerifies: .application
    case .insecure: .none
    }
  }
}

/// The part of the verification that belongs to a connection's identity.
enum VerificationKind: Hashable {
  case engine(pins: [PublicKeyPin])
  case application
  case none

  /// The canonical encoding: a name, and the pins in order.
  func append(to result: inout [UInt8]) {
    switch self {
    case .engine(let pins):
      result.append(text: "engine")
      result.append(bigEndian: UInt32(truncatingIfNeeded: pins.count))
      for pin in pins { result.append(field: pin.digest) }
    case .application: result.append(text: "application")
    case .none: result.append(text: "none")
    }
  }
}
