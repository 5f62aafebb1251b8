// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTickets
internal import StoreLocation

@c @implementation
public func gnutls_resumption_open(
  _ folder: UnsafePointer<CChar>!, _ keyFile: UnsafePointer<CChar>!,
  _ bounds: UnsafePointer<gnutls_resumption_bounds_t>!, _ store: UnsafeMutablePointer<gnutls_resumption_store_t?>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  return unsafe StoreHandle.open(store) { () throws(Failure) in
    unsafe try resumption(try choice(store: folder, keyFile: keyFile, bounds: bounds))
  }
}

@c @implementation
public func gnutls_resumption_open_shared(
  _ url: UnsafePointer<CChar>!, _ sharedKeyFile: UnsafePointer<CChar>!, _ servers: UnsafePointer<CChar>!,
  _ keyFile: UnsafePointer<CChar>!, _ bounds: UnsafePointer<gnutls_resumption_bounds_t>!,
  _ store: UnsafeMutablePointer<gnutls_resumption_store_t?>!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  return unsafe StoreHandle.open(store) { () throws(Failure) in
    var choice = unsafe try choice(store: url, keyFile: keyFile, bounds: bounds)
    choice.shared = unsafe try Arguments.text(servers, "servers")
    choice.sharedKeyFile = unsafe try Arguments.path(sharedKeyFile, "shared_key_file", "name the file")
    return try resumption(choice)
  }
}

@c @implementation
public func gnutls_resumption_store_message(_ store: gnutls_resumption_store_t!) -> UnsafePointer<CChar>! {
  unsafe StoreHandle.message(store)
}

@c @implementation
public func gnutls_resumption_close(_ store: gnutls_resumption_store_t!) {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  unsafe StoreHandle.release(store)
}

private func choice(
  store: UnsafePointer<CChar>?, keyFile: UnsafePointer<CChar>?, bounds: UnsafePointer<gnutls_resumption_bounds_t>?
) throws(Failure) -> StoreChoice {
  let advice = "null stands for the user's own"
  var choice = StoreChoice(
    store: unsafe try Arguments.path(store, "folder", advice),
    keyFile: unsafe try Arguments.path(keyFile, "key_file", advice))
  if unsafe bounds != nil { choice.bounds = unsafe try storeBounds(bounds) }
  return choice
}

private func resumption(_ choice: StoreChoice) throws(Failure) -> OpenedStore {
  do throws(StoreError) {
    _ = try choice.sharing(beside: nil)
  } catch {
    throw .invalid(error.description)
  }
  let observer = EventObserver()
  return OpenedStore(
    engine: Resumption(choice, options: ResumptionOptions(observer: observer.observe)), observer: observer)
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
