import GnuTLSResumption
import ScriptableTLSServer
import SessionTickets

/// Ticket keys and sessions that all servers of one folder have.
struct SharedTickets {
  /// Below it are the keys, the sessions, and the master key.
  let folder: String
  var slotLength: Int64 = 3600
  var lifetime: Int64 = 21_600
  /// By how many seconds the server's clock is wrong; GnuTLS's isn't.
  var clockOffset: Int64 = 0
  var clientCertificate = ServerScript.ClientCertificate.ignored

  /// - Parameter note: Is told what happens.
  func open(note: @escaping @Sendable (String) -> Void) -> ServerTickets {
    let clockOffset = clockOffset
    let options = ServerOptions(
      slotLength: slotLength, lifetime: lifetime, clock: { WallTime.now().advanced(bySeconds: clockOffset) },
      // A machine that is busy with other tests is no slow store.
      patience: 5_000, observer: { note("\($0)") })
    let key = MasterKeySource.file("\(folder)/key")
    let sessions = ServerSessions(
      store: DirectoryStore(path: "\(folder)/sessions", role: .server), masterKey: key, options: options)
    // Whoever must show a certificate at one server, and needn't at another, isn't resumed there.
    let policy = "\(clientCertificate)"
    return ServerTickets(
      store: DirectoryStore(path: "\(folder)/tickets", role: .server), masterKey: key, sessions: sessions,
      options: options
    ) { name in HostContext("\(name ?? "")\0\(policy)") }
  }
}

extension TicketProvider {
  /// - Parameter sendsOnRequest: As many tickets as a client asks for.
  init(_ tickets: ServerTickets, sendsOnRequest: Bool) {
    let send: @Sendable (OpaquePointer) -> Int32 = { session in
      do throws(GnuTLSError) {
        return Int32(clamping: unsafe try ServerTickets.sendTickets(on: session))
      } catch {
        return error.code.rawValue
      }
    }
    unsafe self.init(
      prepare: { session in
        do throws(GnuTLSError) {
          unsafe try tickets.attach(to: session, sendsOnRequest: sendsOnRequest)
          return 0
        } catch {
          return error.code.rawValue
        }
      },
      clientHelloCame: { unsafe ServerTickets.clientHelloCame(on: $0, $1) },
      sendTickets: sendsOnRequest ? unsafe send : nil)
  }
}
