/// What a program hands in may be null, or longer than anything is.
extension UnsafeRawBufferPointer {
  init(handedIn start: UnsafeRawPointer?, count: Int) {
    unsafe self.init(start: start, count: unsafe start == nil ? 0 : Swift.max(0, count))
  }
}

extension UnsafeBufferPointer {
  init(handedIn start: UnsafePointer<Element>?, count: Int) {
    unsafe self.init(start: start, count: unsafe start == nil ? 0 : Swift.max(0, count))
  }
}
