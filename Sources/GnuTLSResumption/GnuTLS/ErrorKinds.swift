internal import Glibc

extension GnuTLSError {
  /// The network's doing rather than the peer's: trying again without a ticket wouldn't help.
  ///
  /// A peer that closes or resets in the middle of a handshake does so itself.
  var isOfNetwork: Bool { [.pull, .push, .timedOut].contains(code) && ![ECONNRESET, EPIPE].contains(errno) }
}
