internal import Glibc

/// A C string that is lent to a caller: it stays where it is until another takes its place.
@safe
struct OwnedText: ~Copyable {
  private var start: UnsafeMutablePointer<CChar>?

  init() { unsafe start = nil }

  deinit { unsafe free(start) }

  /// Nil if nothing was set, or memory ran out.
  var pointer: UnsafePointer<CChar>? { unsafe start.map { unsafe UnsafePointer($0) } }

  mutating func set(_ text: String?) {
    unsafe free(start)
    unsafe start = unsafe text.flatMap { unsafe strdup($0) }
  }
}

extension StaticString {
  /// A constant's bytes, which a NUL follows.
  var cString: UnsafePointer<CChar> { unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
