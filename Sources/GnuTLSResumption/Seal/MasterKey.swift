internal import CGnuTLS
internal import CSessionTickets
internal import Glibc
internal import SessionTickets

/// The secret under which records are filed and sealed: 32 bytes.
///
/// Kept in a page of its own that core dumps leave out, and overwritten when the last reference goes. It has no
/// description that shows it.
@safe
public final class MasterKey: @unchecked Sendable {
  /// The key's length in bytes.
  public static let byteCount = 32

  // Immutable after init: that is why it may be shared between threads.
  private let page: UnsafeMutableRawPointer
  private let pageSize: Int

  /// Tells keys apart in records' headers. Derived one-way.
  let id: UInt64

  /// Takes a key of 32 bytes, or returns nil if there are more or fewer, or no memory.
  public init?(_ bytes: [UInt8]) {
    pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard bytes.count == Self.byteCount, pageSize >= Self.byteCount,
      let page = unsafe mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe page != MAP_FAILED
    else { return nil }
    unsafe self.page = unsafe page
    _ = unsafe csessiontickets_exclude_from_core_dumps(page, pageSize)
    unsafe page.copyMemory(from: bytes, byteCount: Self.byteCount)
    guard let id = unsafe Self.hmac(page, Array("gnutls-resume/1 key id".utf8))?.firstWord else {
      unsafe Self.release(page, pageSize)
      return nil
    }
    self.id = id
  }

  deinit { unsafe Self.release(page, pageSize) }

  private static func release(_ page: UnsafeMutableRawPointer, _ size: Int) {
    unsafe csessiontickets_wipe(page, byteCount)
    unsafe munmap(page, size)
  }

  /// The id as people see it, 16 hexadecimal digits.
  var idText: String {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: id)
    return String(decoding: Hexadecimal.encode(bytes), as: UTF8.self)
  }

  /// Draws a new key; nil without memory.
  static func generate() throws(GnuTLSError) -> MasterKey? {
    var bytes = try Random.key(byteCount)
    defer { bytes.wipe() }
    return MasterKey(bytes)
  }

  /// Lends the key, to be written into its file.
  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    unsafe body(UnsafeRawBufferPointer(start: page, count: Self.byteCount))
  }

  /// HMAC-SHA256 of a message under this key.
  /// - Throws: `StoreError` of code `unavailable` without memory, or in a FIPS error state: there is no place for a ticket
  ///   then.
  func digest(_ message: [UInt8]) throws(StoreError) -> Digest {
    guard let digest = unsafe Self.hmac(page, message) else {
      throw StoreError(.unavailable, "GnuTLS gives no digest", place: "")
    }
    return digest
  }

  /// HKDF-Expand with SHA-256 (RFC 5869, section 2.3), as many bytes as the buffer has, at most 8,160.
  /// - Parameter info: What the result is for.
  /// - Returns: GnuTLS's code, 0 for success.
  func expand(_ info: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Int32 {
    var key = unsafe gnutls_datum_t(data: page.assumingMemoryBound(to: UInt8.self), size: UInt32(Self.byteCount))
    var datum = unsafe gnutls_datum_t(data: info.baseAddress, size: UInt32(truncatingIfNeeded: info.count))
    return unsafe gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &key, &datum, output.baseAddress, output.count)
  }

  private static func hmac(_ key: UnsafeRawPointer, _ message: [UInt8]) -> Digest? {
    unsafe withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { output in
      unsafe message.withUnsafeBytes { message in
        let code = unsafe gnutls_hmac_fast(
          GNUTLS_MAC_SHA256, key, byteCount, message.baseAddress, message.count, output.baseAddress)
        return code == 0 ? unsafe Digest(UnsafeRawBufferPointer(output)) : nil
      }
    }
  }
}
