// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTickets

@c @implementation
public func gnutls_resumption_open(
  _ folder: UnsafePointer<CChar>!, _ keyFile: UnsafePointer<CChar>!,
  _ bounds: UnsafePointer<gnutls_resumption_bounds_t>!, _ store: UnsafeMutablePointer<gnutls_resumption_store_t?>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let store = unsafe store else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  let engine: Result<Resumption, Failure>
  do throws(Failure) {
    engine = .success(unsafe try resumption(folder: folder, keyFile: keyFile, bounds: bounds))
  } catch {
    engine = .failure(error)
  }
  unsafe store.pointee = StoreHandle(engine).retainedPointer
  if case .failure(let failure) = engine { return failure.code }
  return 0
}

@c @implementation
public func gnutls_resumption_store_message(_ store: gnutls_resumption_store_t!) -> UnsafePointer<CChar>! {
  guard let store = unsafe StoreHandle.borrowed(store) else { return unsafe missingHandle.cString }
  return unsafe store.message ?? noMessage.cString
}

@c @implementation
public func gnutls_resumption_close(_ store: gnutls_resumption_store_t!) {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  unsafe StoreHandle.release(store)
}

let missingHandle: StaticString = "the handle is null; hand in one that was received"
let noMessage: StaticString = ""

private func resumption(
  folder: UnsafePointer<CChar>?, keyFile: UnsafePointer<CChar>?, bounds: UnsafePointer<gnutls_resumption_bounds_t>?
) throws(Failure) -> Resumption {
  let advice = "null stands for the user's own"
  let folder = unsafe try Arguments.path(folder, "folder", advice)
  let keyFile = unsafe try Arguments.path(keyFile, "key_file", advice)
  return Resumption(
    folder: folder, bounds: unsafe bounds == nil ? StoreBounds() : try storeBounds(bounds),
    masterKey: keyFile.map { .file($0) } ?? .standardFile)
}

private func storeBounds(_ pointer: UnsafePointer<gnutls_resumption_bounds_t>?) throws(Failure) -> StoreBounds {
  let bounds = unsafe try Arguments.copy(pointer, "bounds")
  let defaults = StoreBounds()
  let given = [bounds.records_per_identity, bounds.records, bounds.bytes]
  guard given.allSatisfy({ $0 >= 0 }) else {
    throw .invalid("a bound is larger than any store; set it to 0 for the default")
  }
  func choose(_ value: Int, _ fallback: Int) -> Int { value == 0 ? fallback : value }
  return StoreBounds(
    recordsPerIdentity: choose(given[0], defaults.recordsPerIdentity), records: choose(given[1], defaults.records),
    bytes: choose(given[2], defaults.bytes))
}
