internal import CGnuTLSResumption
internal import GnuTLSResumption

/// What a `gnutls_resumption_store_t` points to. Immutable, so that threads may share it.
@safe
final class StoreHandle {
  let engine: Result<Resumption, Failure>
  private var text = OwnedText()

  init(_ engine: Result<Resumption, Failure>) {
    self.engine = engine
    if case .failure(let failure) = engine { text.set(failure.message) }
  }

  var message: UnsafePointer<CChar>? { unsafe text.pointer }

  /// Its one counterpart is ``release(_:)``.
  var retainedPointer: OpaquePointer { unsafe OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// Borrowed from whoever made the call.
  static func borrowed(_ pointer: OpaquePointer?) -> StoreHandle? {
    unsafe pointer.map { unsafe Unmanaged.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  static func release(_ pointer: OpaquePointer?) {
    if let pointer = unsafe pointer { unsafe Unmanaged<StoreHandle>.fromOpaque(UnsafeRawPointer(pointer)).release() }
  }
}
