internal import Glibc

/// The kernel's boot id: a store's history may have been rewound by a power loss between two of them.
enum BootID {
  /// 16 bytes; all zero where the kernel doesn't tell.
  static let current: [UInt8] = {
    let descriptor = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [UInt8](repeating: 0, count: 16) }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 36)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    var result: [UInt8] = []
    result.reserveCapacity(16)
    var digits = 0
    var byte: UInt8 = 0
    for character in text.prefix(max(count, 0)) {
      switch character {
      case 0x30...0x39: byte = byte << 4 | (character - 0x30)
      case 0x61...0x66: byte = byte << 4 | (character - 0x57)
      default: continue
      }
      digits += 1
      if digits.isMultiple(of: 2) { result.append(byte) }
    }
    return digits == 32 ? result : [UInt8](repeating: 0, count: 16)
  }()
}
