internal import CSessionTickets
internal import Glibc

/// A ticket key of one slot and one context, kept so that it isn't derived for each handshake: under TLS 1.2 that would be a
/// fifth of all that a server does for one.
///
/// In a page of its own that core dumps leave out, and overwritten with its last reference.
@safe
final class DerivedKey: @unchecked Sendable {
  struct ID: Hashable {
    let slot: SlotKey.ID
    let context: HostContext
  }

  // Immutable after init: that is why it may be shared between threads.
  private let page: UnsafeMutableRawPointer
  private let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  init?(copying bytes: UnsafeMutableBufferPointer<UInt8>) {
    guard pageSize >= bytes.count, bytes.count == SlotKey.derivedByteCount, let start = bytes.baseAddress,
      let page = unsafe mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe page != MAP_FAILED
    else { return nil }
    unsafe self.page = unsafe page
    _ = unsafe csessiontickets_exclude_from_core_dumps(page, pageSize)
    unsafe page.copyMemory(from: start, byteCount: SlotKey.derivedByteCount)
  }

  deinit {
    unsafe csessiontickets_wipe(page, SlotKey.derivedByteCount)
    unsafe munmap(page, pageSize)
  }

  func withBytes<Result>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Result?) -> Result? {
    let start = unsafe page.assumingMemoryBound(to: UInt8.self)
    return unsafe body(UnsafeMutableBufferPointer(start: start, count: SlotKey.derivedByteCount))
  }
}
