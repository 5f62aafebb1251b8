internal import CGnuTLSResumption
internal import Glibc
internal import GnuTLSResumption

/// What a `gnutls_resumption_attachment_t` points to.
@safe
final class AttachmentHandle {
  enum State {
    case attached(Attachment)
    case detached(Attachment)
    /// It never was attached.
    case failed(Failure)
  }

  private(set) var state: State
  /// `name:port`, for texts.
  let server: String
  /// The code for a peer that is refused, and where an authority belongs that is to be trusted.
  let refusal: (code: Int32, trust: String)
  private var text = OwnedText()
  /// What the outcome lends.
  var storeError = OwnedText()

  init(_ attachment: Attachment, server: String, _ verification: VerificationArguments) {
    state = .attached(attachment)
    self.server = server
    refusal = (verification.code, verification.trust)
  }

  init(_ failure: Failure) {
    state = .failed(failure)
    server = ""
    refusal = (failure.code, "")
    text.set(failure.message)
  }

  var message: UnsafePointer<CChar>? { unsafe text.pointer }

  /// Keeps a failure's message, and returns its code.
  func note(_ failure: Failure) -> Int32 {
    text.set(failure.message)
    return failure.code
  }

  /// Runs what needs the session, and turns its failure into a code and a message.
  func withSession(_ body: (Attachment) throws(Failure) -> Void) -> Int32 {
    let cancellation = Cancellation.deferred()
    defer { cancellation.restore() }
    do throws(Failure) {
      switch state {
      case .attached(let attachment): try body(attachment)
      case .detached:
        throw Failure(
          GNUTLS_RESUMPTION_E_DETACHED, "\(server): the attachment has been detached; attach to the next session anew")
      case .failed(let failure): throw failure
      }
    } catch {
      return note(error)
    }
    text.set(nil)
    return 0
  }

  func detach() {
    guard case .attached(let attachment) = state else { return }
    attachment.detach()
    state = .detached(attachment)
  }
}

extension AttachmentHandle {
  /// Its one counterpart is ``release(_:)``.
  var retainedPointer: OpaquePointer { unsafe OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// Borrowed from whoever made the call.
  static func borrowed(_ pointer: OpaquePointer?) -> AttachmentHandle? {
    unsafe pointer.map { unsafe Unmanaged.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  static func release(_ pointer: OpaquePointer?) {
    if let pointer = unsafe pointer {
      unsafe Unmanaged<AttachmentHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
    }
  }
}
