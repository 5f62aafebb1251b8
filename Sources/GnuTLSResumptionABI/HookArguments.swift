internal import CGnuTLS
internal import CGnuTLSResumption
internal import GnuTLSResumption

extension ApplicationHook {
  /// The hook that a C structure says; nil for a null pointer.
  static func reading(_ pointer: UnsafePointer<gnutls_resumption_hook_t>?) throws(Failure) -> ApplicationHook? {
    guard unsafe pointer != nil else { return nil }
    let given = unsafe try Arguments.copy(pointer, "hook")
    guard let function = unsafe given.function else {
      throw .missing("hook->function", "set it to the handshake hook, or hand in null for none")
    }
    return unsafe ApplicationHook(messageType: given.type, when: given.when) { session, type, when, incoming, bytes in
      let start = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
      var message = unsafe gnutls_datum_t(data: start, size: UInt32(clamping: bytes.count))
      return unsafe function(session, type, when, incoming, &message)
    }
  }
}
