internal import CGnuTLS
internal import GnuTLSResumption
internal import SessionTicketsLocking

/// What is known of the program's other objects, by address.
enum ForeignObjects {
  static let priorities = AddressTable<Priority>()
  static let credentials = AddressTable<CredentialsSetup>()

  /// Makes what the first use would make.
  static func prepare() {
    unsafe priorities.set(nil, .unknown)
    unsafe priorities.remove(nil)
    unsafe credentials.change(nil) { $0.retrieves = true }
    unsafe credentials.remove(nil)
  }
}

/// What GnuTLS has no getters for in certificate credentials.
@safe
struct CredentialsSetup: @unchecked Sendable {
  var verify: (@convention(c) (gnutls_session_t?) -> Int32)?
  /// Since they were made: nothing has been missed.
  let isSeenWhole: Bool
  /// A function chooses the client's certificate.
  var retrieves = false
  /// What the trust list was loaded from; nil if that isn't known.
  var trust: [LoadedTrustFile]?

  /// - Parameter isNew: Nothing has been done to them yet.
  init(isNew: Bool = false) {
    unsafe verify = nil
    isSeenWhole = isNew
    trust = isNew ? [] : nil
  }
}

/// Values by address. A program has few of these objects, so that a search is quicker than a dictionary's set-up.
final class AddressTable<Value: Sendable>: Sendable {
  private let entries = Lock<[(address: UInt, value: Value)]>([])

  func value(of pointer: OpaquePointer?) -> Value? {
    let address = UInt(bitPattern: pointer)
    return entries.withLock { entries in entries.first { $0.address == address }?.value }
  }

  func set(_ pointer: OpaquePointer?, _ value: Value) {
    let address = UInt(bitPattern: pointer)
    entries.withLock { entries in
      entries.removeAll { $0.address == address }
      entries.append((address, value))
    }
  }

  /// Changes the value, or puts one in its place that is made of nothing.
  func change(_ pointer: OpaquePointer?, or nothing: Value, _ change: (inout Value) -> Void) {
    let address = UInt(bitPattern: pointer)
    entries.withLock { entries in
      if let index = entries.firstIndex(where: { $0.address == address }) { return change(&entries[index].value) }
      var value = nothing
      change(&value)
      entries.append((address, value))
    }
  }

  func remove(_ pointer: OpaquePointer?) {
    let address = UInt(bitPattern: pointer)
    entries.withLock { entries in entries.removeAll { $0.address == address } }
  }
}

extension AddressTable<CredentialsSetup> {
  func change(_ pointer: OpaquePointer?, _ change: (inout CredentialsSetup) -> Void) {
    unsafe self.change(pointer, or: CredentialsSetup(), change)
  }
}
