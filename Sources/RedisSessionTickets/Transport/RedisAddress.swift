import Glibc
import SessionTickets

/// The numeric address of a host.
public struct RedisAddress: Hashable, Sendable {
  /// 4 bytes (IPv4) or 16 (IPv6), as on the wire.
  public let bytes: [UInt8]

  /// Nil unless there are 4 or 16 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Reads a numeric address, without brackets and without a zone; nil if it is none.
  public init?(_ text: String) {
    var v4 = in_addr()
    if unsafe text.withCString({ unsafe inet_pton(AF_INET, $0, &v4) }) == 1 {
      bytes = unsafe withUnsafeBytes(of: &v4) { unsafe Array($0) }
      return
    }
    var v6 = in6_addr()
    guard unsafe text.withCString({ unsafe inet_pton(AF_INET6, $0, &v6) }) == 1 else { return nil }
    bytes = unsafe withUnsafeBytes(of: &v6) { unsafe Array($0) }
  }

  /// As people write it, without brackets.
  public var text: String {
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      let result = unsafe bytes.withUnsafeBytes {
        unsafe inet_ntop(family, $0.baseAddress, text.baseAddress, socklen_t(text.count))
      }
      return unsafe result.map { unsafe String(cString: $0) } ?? ""
    }
  }

  /// Lends the address as the system takes it.
  func withSocketAddress<Result>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if bytes.count == 4 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(truncatingIfNeeded: AF_INET)
      address.sin_port = port.bigEndian
      unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
      return unsafe withUnsafeBytes(of: &address) { raw in
        unsafe Self.lend(raw, body)
      }
    }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(truncatingIfNeeded: AF_INET6)
    address.sin6_port = port.bigEndian
    unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafeBytes(of: &address) { raw in
      unsafe Self.lend(raw, body)
    }
  }

  private static func lend<Result>(
    _ raw: UnsafeRawBufferPointer, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    // Copied to where a socket address of any kind fits and is aligned.
    var storage = sockaddr_storage()
    unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyMemory(from: raw) }
    return unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(truncatingIfNeeded: raw.count))
      }
    }
  }
}

/// Tells the addresses of a host, the best first, without waiting for anybody; none if they aren't known.
public typealias RedisAddressLookup = @Sendable (_ host: String) -> [RedisAddress]
