internal import CGnuTLS
internal import SessionTickets

/// The secret of one slot, from which each context's ticket key is derived. It is overwritten with its last reference.
final class SlotKey: Sendable {
  /// What GnuTLS takes as a ticket key, in bytes.
  static let derivedByteCount = 64

  let slot: Int64
  /// 32 random bytes.
  private let secret: MasterKey

  /// Takes 32 bytes; nil if there are more or fewer, or no memory.
  init?(slot: Int64, secret: [UInt8]) {
    guard let secret = MasterKey(secret) else { return nil }
    self.slot = slot
    self.secret = secret
  }

  /// Tells keys apart; it reveals nothing about them.
  struct ID: Hashable { let slot: Int64, secret: UInt64 }

  var id: ID { ID(slot: slot, secret: secret.id) }

  func isSame(as other: SlotKey) -> Bool { secret.id == other.secret.id }

  /// Lends the ticket key of a context, and overwrites it then; nil if GnuTLS gives none.
  ///
  /// The GnuTLS that runs is part of it: its tickets would say nothing to another.
  func withDerived<Result>(
    for context: HostContext, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Result?
  ) -> Result? {
    var info = Self.purpose
    info.append(context.digest)
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.derivedByteCount) { output in
      defer { unsafe gnutls_memset(output.baseAddress, 0, output.count) }
      let code = unsafe info.withUnsafeMutableBufferPointer { unsafe secret.expand($0, into: output) }
      return code == 0 ? unsafe body(output) : nil
    }
  }

  private static let purpose: [UInt8] = {
    var bytes = Array("gnutls-resume/1 ticket key\0".utf8)
    bytes.append(text: GnuTLSVersion.current)
    return bytes
  }()
}
