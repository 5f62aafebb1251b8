internal import CGnuTLS
internal import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTickets
internal import SessionTicketsLocking

/// A server's options, as a C structure says them.
@safe
struct ServerArguments: @unchecked Sendable {
  private let given: gnutls_resumption_server_options_t
  private let context: gnutls_resumption_context_func
  let sessionFolder: RawPath?
  private let known = KnownContexts()

  init(_ pointer: UnsafePointer<gnutls_resumption_server_options_t>?) throws(Failure) {
    unsafe given = unsafe try Arguments.copy(pointer, "options")
    guard let context = unsafe given.context else {
      throw .missing("options->context", "set it to the function that tells the host's context")
    }
    unsafe self.context = unsafe context
    sessionFolder = unsafe try Arguments.path(given.session_folder, "options->session_folder", "null stands for none")
    guard unsafe given.lifetime <= 604_800 else {
      throw .invalid("options->lifetime is \(unsafe given.lifetime) seconds; set it to 604800 at most")
    }
  }

  var options: ServerOptions {
    var options = ServerOptions()
    func choose(_ value: UInt32, _ fallback: Int64) -> Int64 { value == 0 ? fallback : Int64(value) }
    options.slotLength = unsafe choose(given.slot_length, options.slotLength)
    options.lifetime = unsafe choose(given.lifetime, options.lifetime)
    options.clockTolerance = unsafe choose(given.clock_tolerance, options.clockTolerance)
    if unsafe given.log != nil { options.observer = { self.log($0) } }
    return options
  }

  private func log(_ event: ServerEvent) {
    let line = event.description
    unsafe line.withCString { unsafe given.log?($0, given.log_data) }
  }

  /// Asks the program, about this session.
  func context(of session: OpaquePointer, _ name: String?) -> HostContext? {
    guard let name else { return unsafe ask(session, nil) }
    return unsafe name.withCString { unsafe ask(session, $0) }
  }

  /// The bytes are the callback's, and may be those of the name.
  private func ask(_ session: OpaquePointer, _ name: UnsafePointer<CChar>?) -> HostContext? {
    var bytes = unsafe gnutls_datum_t()
    guard unsafe context(session, name, &bytes, given.context_data) == 0 else { return nil }
    return unsafe known.context(Array(UnsafeRawBufferPointer(&bytes)))
  }
}

/// The contexts that were asked for of late, so that their digests aren't made for each handshake.
private final class KnownContexts: Sendable {
  private let contexts = Lock<[[UInt8]: HostContext]>([:])
  private static let limits = (count: 64, byteCount: 256)

  func context(_ bytes: [UInt8]) -> HostContext? {
    if let known = contexts.withLock({ $0[bytes] }) { return known }
    guard let context = HostContext(bytes) else { return nil }
    guard bytes.count <= Self.limits.byteCount else { return context }
    contexts.withLock { contexts in
      if contexts.count >= Self.limits.count { contexts = [:] }
      contexts[bytes] = context
    }
    return context
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes of a datum, which lends them.
  init(_ datum: UnsafePointer<gnutls_datum_t>) {
    let start = unsafe datum.pointee.data
    unsafe self.init(start: start, count: unsafe start == nil ? 0 : Int(datum.pointee.size))
  }
}
