internal import CGnuTLS
internal import GnuTLSResumption
internal import SessionTickets

/// How the program has set a session up, as far as GnuTLS has no getters for it.
@safe
struct SessionSetup {
  /// The server name; nil if none was set.
  private(set) var serverName: String?
  /// Something was set that is no text: exact bytes can't be told then.
  private var isUnreadable = false
  private var protocols: [String] = []
  /// The least size of a Diffie-Hellman group, which a resumption doesn't look at; nil if none was set.
  var primeBits: UInt32?
  /// Nil if none was set. It ends the compatibility mode, or has its own.
  var priority: Priority? { didSet { isCompatible = false } }
  /// By `gnutls_session_enable_compatibility_mode`, which takes certificates that the priorities alone don't.
  var isCompatible = false
  /// By `gnutls_ocsp_status_request_enable_client`: a revocation may come with the certificate.
  var asksForStatus = false
  /// Some was handed in, whatever the flags of `gnutls_init` say.
  var sendsEarlyData = false
  /// The session's own check, which goes before that of the credentials.
  var check: ProgramCheck?
  var hook: ProgramHook?
  /// The program resumes by itself; with what is known of the ticket, if it has come to this process.
  var ownData: KnownTicket??
  /// By the library for C.
  var isAttachedByProgram = false
  /// The program's own functions carry the records: what it gave them is no descriptor, or may be none.
  var hasOwnTransport = false

  mutating func setServerName(_ type: gnutls_server_name_type_t, _ bytes: UnsafeRawBufferPointer) {
    guard type == GNUTLS_NAME_DNS else {
      isUnreadable = true
      return
    }
    serverName = nil
    guard unsafe !bytes.isEmpty else { return }
    guard let name = unsafe String(validating: bytes, as: UTF8.self), !name.utf8.contains(0) else {
      isUnreadable = true
      return
    }
    serverName = name
  }

  mutating func setProtocols(_ list: UnsafeBufferPointer<gnutls_datum_t>) {
    protocols = []
    for index in list.indices {
      let datum = unsafe list[index]
      let bytes = unsafe UnsafeBufferPointer(handedIn: datum.data, count: Int(clamping: datum.size))
      guard let name = unsafe String(validating: bytes, as: UTF8.self) else {
        isUnreadable = true
        return
      }
      protocols.append(name)
    }
  }

  /// The session's whole identity, once the program has set it up and begins the handshake.
  /// - Parameter port: The server's, or 0 if it isn't known.
  func plan(for session: gnutls_session_t, flags: UInt32, port: UInt16) throws(LeftAlone) -> SessionPlan {
    guard !isAttachedByProgram else { throw .isAttachedByProgram }
    if case .some(nil) = ownData { throw .resumesByItself }
    // GnuTLS would take in tickets all the same, and then not offer them.
    guard !Settings.respectsNoTickets || flags & SessionFlags.noTickets == 0 else { throw .wantsNoTickets }
    guard !sendsEarlyData, flags & SessionFlags.earlyData == 0 else { throw .sendsEarlyData }
    guard !isUnreadable else { throw .isUnreadable }
    guard hook?.mayBeSkippedByResuming != true else { throw .hooksIntoFullHandshakes }
    let credentials = unsafe try SessionCredentials(of: session)
    guard case .known(let priority, let isPriorityAppended) = priority else { throw .hasUnknownPriorities }
    let mayDoWithoutX509 = credentials.hasOthers || flags & SessionFlags.rawPublicKeys != 0
    if mayDoWithoutX509 {
      guard (try? PriorityList(priority, isAppended: isPriorityAppended).allowsX509Only) == true else {
        throw .needsNoCertificates
      }
    }
    let check = check ?? credentials.check
    var expectedName: String?
    if case .certificate(let certificate) = check { expectedName = try certificate.expectedName() }
    // No certificate is for an empty name either.
    guard let name = serverName ?? expectedName, !name.isEmpty, expectedName?.isEmpty != true else { throw .hasNoName }
    guard let program = Settings.program else { throw .hasUnknownProgram }
    let own = ownData ?? nil
    var server = ServerIdentity(name: name, port: port)
    // Where the program resumes at another port of a server, as with the data of FTPS, tickets are of the first one's kind.
    if let own, own.identity.server.name == server.name { server.port = own.identity.server.port }
    let identity = ConnectionIdentity(
      server: server, expectedName: expectedName,
      applicationProtocols: protocols, priority: priority, isPriorityAppended: isPriorityAppended,
      clientCertificate: credentials.certificateDigest,
      partition: try partition(program, credentials, check, SessionFlags.ofIdentity(flags)))
    return SessionPlan(
      identity: identity, policy: credentials.policy, choosesCertificate: credentials.choosesCertificate,
      own: own)
  }

  /// One program's sessions, and one way of verifying, never meet another's.
  private func partition(
    _ program: ProgramPath, _ credentials: SessionCredentials, _ check: ProgramCheck?, _ flags: UInt32
  ) throws(LeftAlone) -> String {
    let way =
      switch check {
      case nil: "none"
      case .function: "function"
      case .certificate(let certificate): try certificate.description()
      }
    // What few programs do.
    let further = (flags == 0 ? "" : "\nflags \(flags)") + (asksForStatus ? "\nstatus" : "")
    let partition = "preload\n\(program.text)\n\(credentials.verifyFlags)\n\(credentials.choosesCertificate)\n\(way)"
    return partition + (primeBits.map { "\n\($0)" } ?? "") + (isCompatible ? "\ncompatible" : "") + further
  }
}

/// What a session is attached with.
struct SessionPlan {
  let identity: ConnectionIdentity
  let policy: VerificationPolicy
  /// A function chooses the client's certificate: which one, is not known before the server asks.
  let choosesCertificate: Bool
  /// The ticket that the program offers itself.
  let own: KnownTicket?
}

/// The program's handshake hook: the arguments of `gnutls_handshake_set_hook_function`.
@safe
struct ProgramHook {
  let type: UInt32
  let when: Int32
  let function: gnutls_handshake_hook_func

  /// It may be called for messages that only a full handshake has, such as certificates, and may check them.
  var mayBeSkippedByResuming: Bool {
    if type == cgnutls_handshake_any(), isCurls { return false }
    return switch gnutls_handshake_description_t(rawValue: type) {
    case GNUTLS_HANDSHAKE_HELLO_REQUEST, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HANDSHAKE_SERVER_HELLO,
      GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
      GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HANDSHAKE_KEY_UPDATE,
      GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC:
      false
    default: true
    }
  }

  /// libcurl's (from 8.12 on) is called for all messages, and looks at new tickets only.
  private var isCurls: Bool {
    unsafe Engine.is(unsafeBitCast(function, to: UnsafeRawPointer.self), inLibrary: "libcurl-gnutls.so.4")
  }

  /// For the engine, which calls it from its own.
  var chained: ApplicationHook {
    unsafe ApplicationHook(messageType: type, when: when) { [function] session, type, when, incoming, message in
      var datum = unsafe gnutls_datum_t(
        data: UnsafeMutablePointer(mutating: message.baseAddress?.assumingMemoryBound(to: UInt8.self)),
        size: UInt32(truncatingIfNeeded: message.count))
      return unsafe function(session, type, when, incoming, &datum)
    }
  }

  /// Gives it back to GnuTLS.
  func install(on session: gnutls_session_t) {
    unsafe gnutls_handshake_set_hook_function(session, type, when, function)
  }
}
