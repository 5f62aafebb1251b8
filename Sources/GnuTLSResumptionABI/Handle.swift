internal import CGnuTLSResumption
internal import GnuTLSResumption

/// What a handle of C's points to: what was made, or why it wasn't. Immutable, so that threads may share it.
@safe
final class Handle<Made> {
  let made: Result<Made, Failure>
  private var text = OwnedText()

  private init(_ made: Result<Made, Failure>) {
    self.made = made
    if case .failure(let failure) = made { text.set(failure.message) }
  }

  /// Hands a new one out, also if nothing could be made: it says why. Its one counterpart is ``release(_:)``.
  /// - Returns: 0 or the failure's code.
  static func open(_ place: UnsafeMutablePointer<OpaquePointer?>?, _ make: () throws(Failure) -> Made) -> Int32 {
    guard let place = unsafe place else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
    let made: Result<Made, Failure>
    do throws(Failure) {
      made = .success(try make())
    } catch {
      made = .failure(error)
    }
    unsafe place.pointee = OpaquePointer(Unmanaged.passRetained(Handle(made)).toOpaque())
    if case .failure(let failure) = made { return failure.code }
    return 0
  }

  /// Why nothing was made; empty if something was. Lent until ``release(_:)``.
  static func message(_ pointer: OpaquePointer?) -> UnsafePointer<CChar> {
    guard let handle = unsafe borrowed(pointer) else { return unsafe missingHandle.cString }
    return unsafe handle.text.pointer ?? noMessage.cString
  }

  /// Borrowed from whoever made the call.
  static func borrowed(_ pointer: OpaquePointer?) -> Handle? {
    unsafe pointer.map { unsafe Unmanaged.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  static func release(_ pointer: OpaquePointer?) {
    if let pointer = unsafe pointer { unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).release() }
  }
}

/// What a `gnutls_resumption_store_t` points to.
typealias StoreHandle = Handle<OpenedStore>

/// What a `gnutls_resumption_server_t` points to.
typealias ServerHandle = Handle<ServerTickets>

let missingHandle: StaticString = "the handle is null; hand in one that was received"
let noMessage: StaticString = ""
