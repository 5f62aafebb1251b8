internal import Glibc
internal import SessionTickets

/// The kernel's boot id: a store's history may have been rewound by a power loss between two of them.
enum BootID {
  static let byteCount = 16

  /// Whether the kernel tells.
  static let isTold = current.contains { $0 != 0 }

  /// 16 bytes; all zero where the kernel doesn't tell.
  static let current: [UInt8] = {
    let descriptor = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [UInt8](repeating: 0, count: 16) }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 36)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    let digits = text.prefix(max(count, 0)).filter { $0 != UInt8(ascii: "-") }
    guard let id = Hexadecimal.decode(digits), id.count == 16 else { return [UInt8](repeating: 0, count: 16) }
    return id
  }()
}
