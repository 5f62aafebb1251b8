// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import Glibc
internal import GnuTLSResumption

@c @implementation
public func gnutls_resumption_attach(
  _ store: gnutls_resumption_store_t!, _ session: gnutls_session_t!,
  _ identity: UnsafePointer<gnutls_resumption_identity_t>!,
  _ verification: UnsafePointer<gnutls_resumption_verification_t>!, _ hook: UnsafePointer<gnutls_resumption_hook_t>!,
  _ attachment: UnsafeMutablePointer<gnutls_resumption_attachment_t?>!
) -> Int32 {
  unsafe attach(store, session, identity, verification, hook, attachment) { () throws(Failure) in nil }
}

@c @implementation
public func gnutls_resumption_attach_early(
  _ store: gnutls_resumption_store_t!, _ session: gnutls_session_t!,
  _ identity: UnsafePointer<gnutls_resumption_identity_t>!,
  _ verification: UnsafePointer<gnutls_resumption_verification_t>!, _ hook: UnsafePointer<gnutls_resumption_hook_t>!,
  _ earlyData: UnsafePointer<gnutls_resumption_early_data_t>!,
  _ attachment: UnsafeMutablePointer<gnutls_resumption_attachment_t?>!
) -> Int32 {
  unsafe attach(store, session, identity, verification, hook, attachment) { () throws(Failure) in
    unsafe try EarlyDataArguments(earlyData)
  }
}

/// - Parameter early: Reads what is to be sent early; nil where nothing ever is.
private func attach(
  _ store: OpaquePointer?, _ session: OpaquePointer?, _ identity: UnsafePointer<gnutls_resumption_identity_t>?,
  _ verification: UnsafePointer<gnutls_resumption_verification_t>?, _ hook: UnsafePointer<gnutls_resumption_hook_t>?,
  _ attachment: UnsafeMutablePointer<OpaquePointer?>?, early: () throws(Failure) -> EarlyDataArguments?
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let attachment = unsafe attachment else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  do throws(Failure) {
    guard let store = unsafe StoreHandle.borrowed(store) else {
      throw .missing("store", "hand in one that gnutls_resumption_open has made")
    }
    guard let session = unsafe session else {
      throw .missing("session", "hand in one that gnutls_init has made")
    }
    let engine = try store.made.get().engine
    let identity = unsafe try ConnectionIdentity(identity)
    let verification = unsafe try VerificationArguments(verification)
    let hook = unsafe try ApplicationHook.reading(hook)
    let early = try early()
    unsafe leaveAlone?(session)
    let server = identity.server.description
    do throws(GnuTLSError) {
      let made: Attachment
      if let early {
        made = unsafe try engine.attach(
          to: session, identity: identity, verification: verification.verification, hook: hook,
          earlyData: early.bytes, marks: early.marks)
      } else {
        made = unsafe try engine.attach(
          to: session, identity: identity, verification: verification.verification, hook: hook)
      }
      unsafe attachment.pointee = AttachmentHandle(made, server: server, verification).retainedPointer
      return 0
    } catch {
      guard error.code != .invalidRequest else {
        throw .invalid(
          "\(server): the session is no client's, its handshake has begun, or it is attached already; "
            + "attach once, before gnutls_handshake")
      }
      throw Failure(
        GNUTLS_RESUMPTION_E_SESSION,
        "\(server): the session can't be used for a handshake: \(error); make another, and connect again")
    }
  } catch {
    unsafe attachment.pointee = AttachmentHandle(error).retainedPointer
    return error.code
  }
}

@c @implementation
public func gnutls_resumption_detach(_ attachment: gnutls_resumption_attachment_t!) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  handle.detach()
  return 0
}

@c @implementation
public func gnutls_resumption_free(_ attachment: gnutls_resumption_attachment_t!) {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  unsafe AttachmentHandle.release(attachment)
}

@c @implementation
public func gnutls_resumption_message(_ attachment: gnutls_resumption_attachment_t!) -> UnsafePointer<CChar>! {
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return unsafe missingHandle.cString }
  return unsafe handle.message ?? noMessage.cString
}

/// What `gnutls-resume run` preloads leaves a session alone of which it is told so: one has one attachment.
private let leaveAlone: (@convention(c) (OpaquePointer) -> Void)? = {
  guard let function = unsafe dlsym(nil, "gnutls_resume_preload_leave_alone") else { return nil }
  return unsafe unsafeBitCast(function, to: (@convention(c) (OpaquePointer) -> Void).self)
}()
