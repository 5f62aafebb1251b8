/// Where a server's tickets and TLS 1.2 sessions come from, in place of its own key and memory.
@safe
public struct TicketProvider: Sendable {
  let prepare: @Sendable (OpaquePointer) -> Int32
  let clientHelloCame: @Sendable (OpaquePointer, UnsafeRawBufferPointer) -> Int32
  let sendTickets: (@Sendable (OpaquePointer) -> Int32)?

  /// - Parameters:
  ///   - prepare: Given each session before its handshake. A negative answer is GnuTLS's error: there is no connection then.
  ///   - clientHelloCame: Given the session and the body of each ClientHello, before GnuTLS reads it. A negative answer ends
  ///     the handshake.
  ///   - sendTickets: Sends a session's tickets, as many as it thinks right, and says how many: nil: the script says it.
  public init(
    prepare: @escaping @Sendable (OpaquePointer) -> Int32,
    clientHelloCame: @escaping @Sendable (OpaquePointer, UnsafeRawBufferPointer) -> Int32,
    sendTickets: (@Sendable (OpaquePointer) -> Int32)? = nil
  ) {
    unsafe self.prepare = unsafe prepare
    unsafe self.clientHelloCame = unsafe clientHelloCame
    unsafe self.sendTickets = unsafe sendTickets
  }
}
