internal import CGnuTLS
internal import GnuTLSResumption

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
  var trust: [LoadedTrust]?

  /// - Parameter isNew: Nothing has been done to them yet.
  init(isNew: Bool = false) {
    unsafe verify = nil
    isSeenWhole = isNew
    trust = isNew ? [] : nil
  }
}

extension AddressTable {
  func value(of pointer: OpaquePointer?) -> Value? { value(at: UInt(bitPattern: pointer)) }

  func set(_ pointer: OpaquePointer?, _ value: Value) { set(at: UInt(bitPattern: pointer), value) }

  func remove(_ pointer: OpaquePointer?) { remove(at: UInt(bitPattern: pointer)) }
}

extension AddressTable<CredentialsSetup> {
  func change(_ pointer: OpaquePointer?, _ change: (inout CredentialsSetup) -> Void) {
    self.change(at: UInt(bitPattern: pointer)) { known in
      var setup = known ?? CredentialsSetup()
      change(&setup)
      known = setup
    }
  }
}
