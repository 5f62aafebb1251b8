internal import CGnuTLS
internal import CPreload
internal import GnuTLSResumption

/// What the shim asks when it has read a trust file and waits with having it parsed.
enum DeferredTrust {
  static func count(_ bytes: UnsafeRawPointer?, _ size: Int, _ kind: UInt32) -> Int32? {
    guard !Engine.hasOtherRoot else { return nil }
    return Engine.atWork { unsafe trustCount(bytes, size, kind)?.noted(in: Engine.resumption) }
  }

  static func note(
    _ count: Int32, _ bytes: UnsafeRawPointer?, _ size: Int, _ kind: UInt32
  ) {
    guard !Engine.hasOtherRoot, !Engine.hasUnseenCalls else { return }
    Engine.atWork { unsafe trustCount(bytes, size, kind)?.note(count, in: Engine.resumption) }
  }

  private static func trustCount(
    _ bytes: UnsafeRawPointer?, _ size: Int, _ kind: UInt32
  ) -> TrustCount? {
    let kinds: [UInt32: TrustCount.Kind] = [
      UInt32(CPRELOAD_ANCHORS.rawValue): .anchors, UInt32(CPRELOAD_REVOCATION_LISTS.rawValue): .revocationLists,
      UInt32(CPRELOAD_FOLDER.rawValue): .folder,
    ]
    return kinds[kind].map { kind in
      unsafe TrustCount(
        of: kind, UnsafeRawBufferPointer(handedIn: bytes, count: size), library: Engine.gnutlsPath)
    }
  }

  /// Writes two names for each certificate, parts of its bytes: the issuer's and the subject's.
  static func names(
    _ certificates: UnsafeBufferPointer<gnutls_datum_t>, _ names: UnsafeMutablePointer<gnutls_datum_t>?
  ) -> Bool {
    guard let names = unsafe names else { return false }
    for index in certificates.indices {
      let datum = unsafe certificates[index]
      guard let start = unsafe datum.data else { return false }
      let bytes = unsafe Array(UnsafeBufferPointer(handedIn: UnsafePointer(start), count: Int(clamping: datum.size)))
      guard let found = NamedAnchors.names(in: bytes) else { return false }
      for (offset, range) in [found.issuer, found.subject].enumerated() {
        unsafe names[2 * index + offset] = gnutls_datum_t(
          data: start + range.lowerBound, size: UInt32(truncatingIfNeeded: range.count))
      }
    }
    return true
  }

  /// - Returns: How many bytes were written; nil if it can't be told which they are, or there is too little space.
  static func anchors(
    _ names: UnsafeBufferPointer<gnutls_datum_t>, _ bundle: UnsafeRawBufferPointer,
    _ result: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var wanted: Set<[UInt8]> = []
    for index in names.indices {
      let name = unsafe names[index]
      unsafe wanted.insert(
        Array(UnsafeBufferPointer(handedIn: UnsafePointer(name.data), count: Int(clamping: name.size))))
    }
    guard let picked = unsafe NamedAnchors.pick(wanted, from: bundle), picked.count <= result.count else {
      return nil
    }
    unsafe result.copyBytes(from: picked)
    return picked.count
  }
}
