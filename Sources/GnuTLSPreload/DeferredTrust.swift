internal import CGnuTLS
internal import CPreload
internal import GnuTLSResumption
internal import SessionTickets

/// What the shim asks when it has read a trust file and waits with having it parsed.
enum DeferredTrust {
  /// - Parameter digest: The bytes' if it is known; else it is written there, if there is one.
  static func count(
    _ bytes: UnsafeRawPointer?, _ size: Int, _ kind: UInt32, _ digest: UnsafeMutablePointer<UInt8>?
  ) -> Int32? {
    let bytes = unsafe UnsafeRawBufferPointer(handedIn: bytes, count: size)
    guard !Engine.hasOtherRoot, let digest = unsafe known(digest, of: bytes),
      let count = trustCount(digest, kind)
    else { return nil }
    return Engine.atWork { count.noted(in: Engine.resumption) }
  }

  static func note(_ count: Int32, of digest: UnsafePointer<UInt8>?, _ kind: UInt32) {
    guard !Engine.hasOtherRoot, !Engine.hasUnseenCalls, let digest = unsafe known(digest) else { return }
    Engine.atWork { trustCount(digest, kind)?.note(count, in: Engine.resumption) }
  }

  /// What the shim knows of a digest; nil: nothing, as all zeros stand there.
  private static func known(_ digest: UnsafePointer<UInt8>?) -> Digest? {
    let bytes = unsafe UnsafeBufferPointer(handedIn: digest, count: Digest.byteCount)
    guard unsafe bytes.contains(where: { $0 != 0 }) else { return nil }
    return unsafe Digest(bytes)
  }

  /// The same; if it isn't known, it is found out and written there. Nil if GnuTLS gives none.
  private static func known(
    _ place: UnsafeMutablePointer<UInt8>?, of bytes: UnsafeRawBufferPointer
  ) -> Digest? {
    if let digest = unsafe known(UnsafePointer(place)) { return digest }
    let digest = unsafe SHA256.digest(bytes)
    if let place = unsafe place, let digest {
      unsafe UnsafeMutableRawBufferPointer(start: place, count: Digest.byteCount).copyBytes(from: digest.bytes)
    }
    return digest
  }

  /// What the shim has read of a file or a folder, and loads.
  static func loaded(
    _ path: UnsafePointer<CChar>?, _ kind: UInt32, isSystem: Bool, _ files: UnsafeBufferPointer<cpreload_trust_file>,
    time: Int64
  ) -> LoadedTrust? {
    guard let path = unsafe path.map({ unsafe RawPath(cString: $0) }) else { return nil }
    var read: [(name: RawPath?, file: ReadFile)] = []
    read.reserveCapacity(files.count)
    for index in files.indices {
      let file = unsafe files[index]
      guard let status = unsafe file.status?.pointee else { return nil }
      let bytes = unsafe UnsafeRawBufferPointer(handedIn: file.bytes, count: file.size)
      let name = unsafe file.name.map { unsafe RawPath(cString: $0) }
      let keepsStamps = unsafe file.keeps_stamps != 0
      let digest = unsafe keepsStamps ? nil : known(file.digest, of: bytes)
      read.append((name, ReadFile(status, keepsStamps: keepsStamps, time: time, digest)))
    }
    guard kind != UInt32(CPRELOAD_FOLDER.rawValue) else { return LoadedTrust(folder: path, read: read) }
    guard let file = read.first?.file else { return nil }
    return isSystem ? LoadedTrust(systemFile: path, read: file) : LoadedTrust(file: path, read: file)
  }

  private static func trustCount(_ digest: Digest, _ kind: UInt32) -> TrustCount? {
    let kinds: [UInt32: TrustCount.Kind] = [
      UInt32(CPRELOAD_ANCHORS.rawValue): .anchors, UInt32(CPRELOAD_REVOCATION_LISTS.rawValue): .revocationLists,
      UInt32(CPRELOAD_FOLDER.rawValue): .folder,
    ]
    return kinds[kind].map { TrustCount(of: $0, digest, library: Engine.gnutlsPath) }
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
