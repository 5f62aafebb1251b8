// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTickets
internal import StoreLocation

@c @implementation
public func gnutls_resumption_server_open(
  _ folder: UnsafePointer<CChar>!, _ keyFile: UnsafePointer<CChar>!,
  _ options: UnsafePointer<gnutls_resumption_server_options_t>!,
  _ server: UnsafeMutablePointer<gnutls_resumption_server_t?>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  return unsafe ServerHandle.open(server) { () throws(Failure) in
    unsafe try serverTickets(folder: folder, keyFile: keyFile, options: options)
  }
}

@c @implementation
public func gnutls_resumption_server_message(_ server: gnutls_resumption_server_t!) -> UnsafePointer<CChar>! {
  unsafe ServerHandle.message(server)
}

@c @implementation
public func gnutls_resumption_server_refresh(_ server: gnutls_resumption_server_t!) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let server = unsafe ServerHandle.borrowed(server), case .success(let tickets) = server.made else {
    return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT
  }
  tickets.refresh()
  return tickets.isShared ? 0 : GNUTLS_RESUMPTION_E_STORE
}

@c @implementation
public func gnutls_resumption_server_attach(
  _ server: gnutls_resumption_server_t!, _ session: gnutls_session_t!, _ hook: UnsafePointer<gnutls_resumption_hook_t>!
) -> Int32 {
  unsafe attach(server, session, hook, sendsOnRequest: false)
}

@c @implementation
public func gnutls_resumption_server_attach_sending(
  _ server: gnutls_resumption_server_t!, _ session: gnutls_session_t!, _ hook: UnsafePointer<gnutls_resumption_hook_t>!
) -> Int32 {
  unsafe attach(server, session, hook, sendsOnRequest: true)
}

@c @implementation
public func gnutls_resumption_server_send_tickets(_ session: gnutls_session_t!) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let session = unsafe session else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  do throws(GnuTLSError) {
    return Int32(clamping: unsafe try ServerTickets.sendTickets(on: session))
  } catch {
    return error.code == .invalidRequest ? GNUTLS_RESUMPTION_E_INVALID_ARGUMENT : error.code.rawValue
  }
}

private func attach(
  _ server: OpaquePointer?, _ session: OpaquePointer?, _ hook: UnsafePointer<gnutls_resumption_hook_t>?,
  sendsOnRequest: Bool
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let server = unsafe ServerHandle.borrowed(server), case .success(let tickets) = server.made,
    let session = unsafe session
  else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  do throws(Failure) {
    let hook = unsafe try ApplicationHook.reading(hook)
    do {
      unsafe try tickets.attach(to: session, hook: hook, sendsOnRequest: sendsOnRequest)
      return 0
    } catch {
      return error.code == .invalidRequest ? GNUTLS_RESUMPTION_E_INVALID_ARGUMENT : GNUTLS_RESUMPTION_E_SESSION
    }
  } catch {
    return error.code
  }
}

@c @implementation
public func gnutls_resumption_server_client_hello(
  _ session: gnutls_session_t!, _ message: UnsafePointer<gnutls_datum_t>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let session = unsafe session, let message = unsafe message else { return 0 }
  return unsafe ServerTickets.clientHelloCame(on: session, UnsafeRawBufferPointer(message))
}

@c @implementation
public func gnutls_resumption_server_close(_ server: gnutls_resumption_server_t!) {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  // Sessions that are attached to hold it still.
  if case .success(let tickets)? = unsafe ServerHandle.borrowed(server)?.made { tickets.close() }
  unsafe ServerHandle.release(server)
}

private func serverTickets(
  folder: UnsafePointer<CChar>?, keyFile: UnsafePointer<CChar>?,
  options: UnsafePointer<gnutls_resumption_server_options_t>?
) throws(Failure) -> ServerTickets {
  let advice = "null stands for the user's own"
  let folder = unsafe try Arguments.path(folder, "folder", advice)
  let keyFile = unsafe try Arguments.path(keyFile, "key_file", advice)
  let arguments = unsafe try ServerArguments(options)
  let options = arguments.options
  let sessions: ServerSessions?
  if let place = arguments.sessionFolder {
    let (store, key) = try serverPlace(place, keyFile)
    sessions = ServerSessions(store: store, masterKey: key, options: options)
  } else {
    sessions = nil
  }
  guard let folder else {
    return unsafe ServerTickets(
      folder: nil, masterKey: keyFile.map { .file($0) } ?? .standardFile, sessions: sessions, options: options,
      sessionContexts: { unsafe arguments.context(of: $0, $1) })
  }
  let (store, key) = try serverPlace(folder, keyFile)
  return unsafe ServerTickets(
    store: store, masterKey: key, sessions: sessions, options: options,
    sessionContexts: { unsafe arguments.context(of: $0, $1) })
}

/// A folder, or what a URL names.
private func serverPlace(
  _ place: RawPath, _ keyFile: RawPath?
) throws(Failure) -> (store: any TicketStore, masterKey: MasterKeySource) {
  do throws(StoreError) {
    return try StoreLocation(place).serverPlace(keyFile: keyFile)
  } catch {
    throw .invalid(error.description)
  }
}
