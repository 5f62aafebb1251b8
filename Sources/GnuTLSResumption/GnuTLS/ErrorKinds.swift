internal import CGnuTLS
internal import Glibc

extension GnuTLSError {
  /// The network's doing rather than the peer's: trying again without a ticket wouldn't help.
  ///
  /// A peer that closes or resets in the middle of a handshake does so itself.
  var isOfNetwork: Bool { [.pull, .push, .timedOut].contains(code) && !isBareClose }

  /// The peer has closed or reset the connection, without an alert.
  var isBareClose: Bool {
    code == .prematureTermination || ([.pull, .push].contains(code) && [ECONNRESET, EPIPE].contains(errno))
  }

  /// The peer was refused, by whoever verifies inside the handshake: the ticket has no part in that.
  var isOfVerification: Bool { [.certificate, .verification].contains(code) }

  /// Whether the session is over with it.
  var isFatal: Bool { gnutls_error_is_fatal(code.rawValue) != 0 }
}
