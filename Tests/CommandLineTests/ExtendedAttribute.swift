import Glibc

/// An attribute of files by its name (xattr(7)), where the file system has such.
struct ExtendedAttribute {
  let name: String

  init(_ name: String) { self.name = name }

  /// Returns false where there can be none.
  func set(_ value: [UInt8], on path: String) -> Bool {
    typealias Function =
      @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer?, Int, Int32) -> Int32
    guard let symbol = unsafe dlsym(nil, "setxattr") else { return false }
    return unsafe unsafeBitCast(symbol, to: Function.self)(path, name, value, value.count, 0) == 0
  }

  /// Nil if the file has none of this name.
  func value(on path: String) -> [UInt8]? {
    typealias Function =
      @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int
    guard let symbol = unsafe dlsym(nil, "getxattr") else { return nil }
    var value = [UInt8](repeating: 0, count: 4096)
    let count = unsafe unsafeBitCast(symbol, to: Function.self)(path, name, &value, value.count)
    return count < 0 ? nil : Array(value.prefix(count))
  }
}
