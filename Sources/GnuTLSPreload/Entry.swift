internal import CGnuTLS
public import CPreload
internal import GnuTLSResumption
internal import SessionTickets

/// What the shim looks up by name: the engine's table of functions.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func gnutls_resumption_preload_engine() -> UnsafePointer<cpreload_engine>? {
  return unsafe UnsafePointer(EngineTable.table)
}

/// The functions that the shim calls, each a line: what they do is in ``ForeignSession`` and ``ForeignObjects``.
enum EngineTable {
  nonisolated(unsafe) static let table: UnsafeMutablePointer<cpreload_engine> = {
    let table = UnsafeMutablePointer<cpreload_engine>.allocate(capacity: 1)
    unsafe table.initialize(to: cpreload_engine())
    unsafe table.pointee.version = UInt32(CPRELOAD_VERSION)
    unsafe table.pointee.begin = { process in
      if let process = unsafe process { unsafe Engine.start(in: process) }
    }
    unsafe fillSessions(&table.pointee)
    unsafe fillSetup(&table.pointee)
    unsafe fillVerification(&table.pointee)
    unsafe fillTrust(&table.pointee)
    unsafe fillConnection(&table.pointee)
    return unsafe table
  }()

  private static func fillSessions(_ table: inout cpreload_engine) {
    table.flags_for_session = { SessionFlags.changed($0) }
    unsafe table.session_made = { session, flags in
      // Whoever was at this address before is gone.
      _ = unsafe ForeignSessions.remove(session)
      guard let session = unsafe session, SessionFlags.isOurs(flags) else { return }
      unsafe ForeignSessions.add(ForeignSession(session, flags: flags))
    }
    unsafe table.session_ends = { session in
      guard let found = unsafe ForeignSessions.remove(session) else { return }
      Engine.atWork { found.ends() }
    }
    unsafe table.session_vanishes = { unsafe ForeignSessions.remove($0)?.vanishes() }
    unsafe table.call_missed = { unsafe ForeignSessions.find($0)?.callMissed() }
    unsafe table.leave_alone = { session in
      guard let found = unsafe ForeignSessions.find(session) else { return }
      Engine.atWork { found.programAttaches() }
    }
  }

  private static func fillSetup(_ table: inout cpreload_engine) {
    unsafe table.server_name_set = { session, type, name, length in
      unsafe ForeignSessions.find(session)?.setup.setServerName(
        type, UnsafeRawBufferPointer(handedIn: name, count: length))
    }
    unsafe table.dh_prime_bits_set = { session, bits in
      unsafe ForeignSessions.find(session)?.setUp { $0.primeBits = bits }
    }
    unsafe table.compatibility_enabled = { unsafe ForeignSessions.find($0)?.setUp { $0.isCompatible = true } }
    unsafe table.status_requested = { unsafe ForeignSessions.find($0)?.setUp { $0.asksForStatus = true } }
    unsafe table.early_data_sent = { unsafe ForeignSessions.find($0)?.setUp { $0.sendsEarlyData = true } }
    unsafe table.alpn_set = { session, protocols, count, _ in
      unsafe ForeignSessions.find(session)?.setup.setProtocols(
        UnsafeBufferPointer(handedIn: protocols, count: Int(clamping: count)))
    }
    unsafe table.priorities_made = { priorities, string, isAppended in
      unsafe ForeignObjects.priorities.set(priorities, Priority(string, isAppended: isAppended != 0))
    }
    unsafe table.priorities_freed = { unsafe ForeignObjects.priorities.remove($0) }
    unsafe table.priorities_set = { session, priorities in
      unsafe ForeignSessions.find(session)?.setup.priority =
        ForeignObjects.priorities.value(of: priorities) ?? .unknown
    }
    unsafe table.priority_string_set = { session, string, isAppended in
      unsafe ForeignSessions.find(session)?.setup.priority = Priority(string, isAppended: isAppended != 0)
    }
    unsafe table.hook_set = { session, type, when, function in
      guard let found = unsafe ForeignSessions.find(session) else { return 0 }
      return unsafe found.setHook(type: type, when: when, function) ? 1 : 0
    }
  }

  private static func fillVerification(_ table: inout cpreload_engine) {
    unsafe table.credentials_made = { unsafe ForeignObjects.credentials.set($0, CredentialsSetup(isNew: true)) }
    unsafe table.trust_file_loads = { credentials, path in
      let file =
        if let path = unsafe path { unsafe LoadedTrust(aboutToLoad: RawPath(cString: path)) } else {
          LoadedTrust.system()
        }
      unsafe EngineTable.load(file, into: credentials)
    }
    unsafe table.trust_folder_loads = { credentials, path in
      unsafe EngineTable.load(
        path.flatMap { unsafe LoadedTrust(aboutToLoadFolder: RawPath(cString: $0)) }, into: credentials)
    }
    unsafe table.trust_read = { credentials, path, kind, isSystem, files, count, time in
      unsafe EngineTable.load(
        DeferredTrust.loaded(
          path, kind, isSystem: isSystem != 0, UnsafeBufferPointer(handedIn: files, count: Int(clamping: count)),
          time: Int64(time)),
        into: credentials)
    }
    unsafe table.trust_changed = { unsafe ForeignObjects.credentials.change($0) { $0.trust = nil } }
    unsafe table.credentials_freed = { unsafe ForeignObjects.credentials.remove($0) }
    unsafe table.verify_function_set = { credentials, function in
      unsafe ForeignObjects.credentials.change(credentials) { unsafe $0.verify = unsafe function }
    }
    unsafe table.retrieve_function_set = { credentials, isSet in
      unsafe ForeignObjects.credentials.change(credentials) { $0.retrieves = isSet != 0 }
    }
    unsafe table.session_verify_function_set = { session, function in
      unsafe ForeignSessions.find(session)?.setup.check = function.map { unsafe .function($0) }
    }
    unsafe table.session_verify_cert_set = { session, hostName, data, elements in
      unsafe ForeignSessions.find(session)?.setup.check = unsafe .certificate(
        CertificateCheck(hostName: hostName, data: data, elements: elements))
    }
    unsafe table.verify_cert_status = { session, status in
      unsafe ForeignSessions.find(session)?.certificateStatus ?? status
    }
    unsafe table.peer_verified = { session, isGood in
      guard let found = unsafe ForeignSessions.find(session) else { return }
      Engine.atWork { found.programHasVerified(isGood: isGood != 0) }
    }
    table.verdicts_changed = { GnuTLSConfiguration.changedByProgram() }
  }

  private static func load(_ trust: LoadedTrust?, into credentials: gnutls_certificate_credentials_t?) {
    unsafe ForeignObjects.credentials.change(credentials) { setup in
      setup.trust = trust.flatMap { trust in setup.trust.map { $0 + [trust] } }
    }
  }

  private static func fillTrust(_ table: inout cpreload_engine) {
    unsafe table.trust_count = { bytes, size, kind, digest in
      unsafe DeferredTrust.count(bytes, size, kind, digest) ?? 0
    }
    unsafe table.trust_counted = { digest, kind, count in unsafe DeferredTrust.note(count, of: digest, kind) }
    unsafe table.anchors_named = { names, count, bundle, size, result, space in
      unsafe DeferredTrust.anchors(
        UnsafeBufferPointer(handedIn: names, count: Int(clamping: count)),
        UnsafeRawBufferPointer(handedIn: bundle, count: size),
        UnsafeMutableRawBufferPointer(start: result, count: result == nil ? 0 : space)) ?? -1
    }
    unsafe table.is_client = { unsafe ForeignSessions.find($0) == nil ? 0 : 1 }
  }

  private static func fillConnection(_ table: inout cpreload_engine) {
    unsafe table.transport_functions_set = { unsafe ForeignSessions.find($0)?.setup.hasOwnTransport = true }
    unsafe table.handshake_begins = { session in
      guard let found = unsafe ForeignSessions.find(session) else { return 0 }
      let isOver = Engine.atWork { found.handshakeBegins() }
      return (found.isCheckDue ? UInt32(CPRELOAD_CHECK_DUE) : 0) | (isOver ? UInt32(CPRELOAD_OVER) : 0)
    }
    unsafe table.handshake_returned = { session, result, isDue, check in
      unsafe isDue?.pointee = 0
      guard let found = unsafe ForeignSessions.find(session) else { return result }
      let end = Engine.atWork { found.handshakeReturned(result) }
      unsafe isDue?.pointee = found.isCheckDue ? 1 : 0
      switch end {
      case .result(let code): return code
      case .callsCheck(let function):
        unsafe check?.pointee = unsafe function
        return 0
      }
    }
    unsafe table.check_returned = { session, result, isDue in
      unsafe isDue?.pointee = 0
      guard let found = unsafe ForeignSessions.find(session) else { return ProgramCheck.code(ofFunction: result) }
      let code = Engine.atWork { found.checkReturned(result) }
      unsafe isDue?.pointee = found.isCheckDue ? 1 : 0
      return code
    }
    unsafe table.handshake_passes = { unsafe ForeignSessions.find($0)?.handshakePasses() }
    unsafe table.client_authenticates = { session in
      guard let found = unsafe ForeignSessions.find(session) else { return }
      Engine.atWork { found.leaveAlone() }
    }
    unsafe table.data_received = { unsafe ForeignSessions.find($0)?.dataReceived() == true ? 1 : 0 }
    unsafe table.data_sent = { unsafe ForeignSessions.find($0)?.hasSentData = true }
    unsafe table.said_goodbye = { unsafe ForeignSessions.find($0)?.mayKeepAtEnd == true ? 1 : 0 }
    unsafe table.keep = { session in
      guard let found = unsafe ForeignSessions.find(session) else { return }
      Engine.atWork { found.keep() }
    }
    unsafe table.receiving_ended = { unsafe ForeignSessions.find($0)?.receivingEnded($1) }
    unsafe table.is_refused = { unsafe Refusals.code($0) }
    unsafe table.has_own_tickets = { unsafe ForeignSessions.find($0)?.hasOwnTickets == false ? 0 : 1 }
    unsafe table.session_data_taken = { unsafe Engine.programTakes(UnsafeRawBufferPointer(handedIn: $0, count: $1)) }
    unsafe table.session_data_given = { unsafe Engine.programGets(UnsafeRawBufferPointer(handedIn: $0, count: $1)) }
    table.calls_pass_unseen = { Engine.atWork { Engine.withdrawTickets() } }
    unsafe table.session_data_set = { session, data, size in
      Engine.atWork {
        let data = unsafe UnsafeRawBufferPointer(handedIn: data, count: size)
        guard case .own(let known) = unsafe Engine.program(uses: data) else { return 1 }
        unsafe ForeignSessions.find(session)?.programSetsData(known)
        return 0
      }
    }
  }
}
