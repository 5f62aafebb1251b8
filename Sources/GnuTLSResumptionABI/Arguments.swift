internal import CGnuTLSResumption
internal import SessionTickets

/// Reading what a C caller hands in.
enum Arguments {
  /// A copy of a structure that begins with its size. One of a later header may be longer: what it says there can't be
  /// obeyed, so it must say nothing.
  static func copy<Value>(_ pointer: UnsafePointer<Value>?, _ name: String) throws(Failure) -> Value {
    let (pointer, size) = unsafe try sized(pointer, name)
    let rest = unsafe UnsafeRawBufferPointer(start: pointer, count: size).dropFirst(MemoryLayout<Value>.stride)
    guard unsafe rest.allSatisfy({ $0 == 0 }) else {
      throw .invalid("\(name) has fields of a later version; install that version of the library")
    }
    return unsafe pointer.pointee
  }

  /// A structure that is there, and its size, which it begins with.
  static func sized<Value>(
    _ pointer: UnsafePointer<Value>?, _ name: String
  ) throws(Failure) -> (pointer: UnsafePointer<Value>, size: Int) {
    guard let pointer = unsafe pointer else { throw .missing(name, "hand in a structure that its macro has set up") }
    let size = unsafe UnsafeRawPointer(pointer).load(as: Int.self)
    guard size >= MemoryLayout<Value>.stride, size <= 4096 else {
      throw .invalid("\(name)->size is \(size); set the structure up with its macro")
    }
    return unsafe (pointer, size)
  }

  /// Text of one meaning: repaired bytes could make two names one.
  static func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Failure) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    guard let text = unsafe String(validatingCString: pointer) else {
      throw .invalid("\(name) is not UTF-8; hand in other text")
    }
    return text
  }

  static func nonEmptyText(
    _ pointer: UnsafePointer<CChar>?, _ name: String, _ advice: String
  ) throws(Failure) -> String? {
    let text = unsafe try text(pointer, name)
    guard text != "" else { throw .invalid("\(name) is empty; \(advice)") }
    return text
  }

  /// A path, of whatever bytes.
  static func path(_ pointer: UnsafePointer<CChar>?, _ name: String, _ advice: String) throws(Failure) -> RawPath? {
    guard let pointer = unsafe pointer else { return nil }
    guard unsafe pointer.pointee != 0 else { throw .invalid("\(name) is empty; \(advice)") }
    return unsafe RawPath(cString: pointer)
  }

  static func bytes(_ pointer: UnsafePointer<UInt8>, count: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
  }
}
