public import CSessionTickets

/// A value that one thread at a time can reach.
///
/// Like the standard library's `Mutex`, but the thread sanitizer understands it, programs need no further library at
/// start-up, no thread is cancelled while it holds it, and it survives `fork`: what a thread of the parent held is given up
/// by the child, whose only thread could wait for ever. The child goes on with a fresh value then, as the old one may be
/// half changed.
@safe
public struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  /// The memory that holds the value, behind the word that says who has locked it.
  @usableFromInline let current: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  @usableFromInline let initial: @Sendable () -> sending Value

  /// - Parameter initial: Made at once, and again in a child that can't have the parent's.
  @inlinable
  public init(_ initial: @autoclosure @escaping @Sendable () -> sending Value) {
    self.initial = initial
    unsafe current = .allocate(capacity: 1)
    unsafe current.initialize(to: Self.storage(of: initial()))
  }

  @inlinable
  deinit {
    // What another process holds stays as it is.
    if let storage = unsafe current.pointee, unsafe csessiontickets_lock_is_free(storage) != 0 {
      unsafe Self.free(storage)
    }
    unsafe current.deallocate()
  }

  /// Runs the closure while no other thread is in one of this lock's. Not to be nested.
  @inlinable
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // A thread that is cancelled unwinds without letting go.
    let cancellation = csessiontickets_defer_cancellation()
    let storage = unsafe locked()
    defer {
      unsafe csessiontickets_unlock(storage)
      csessiontickets_restore_cancellation(cancellation)
    }
    return try unsafe body(&Self.value(in: storage).pointee)
  }

  @inlinable
  borrowing func locked() -> UnsafeMutableRawPointer {
    while true {
      var lost: UnsafeMutableRawPointer?
      if let storage = unsafe csessiontickets_lock(current, &lost) { return unsafe storage }
      unsafe renew(lost)
    }
  }

  @inlinable
  borrowing func renew(_ lost: UnsafeMutableRawPointer?) {
    let fresh = unsafe Self.storage(of: initial())
    if unsafe csessiontickets_lock_renew(current, lost, fresh) == 0 { unsafe Self.free(fresh) }
  }

  @inlinable
  static func storage(of value: consuming Value) -> UnsafeMutableRawPointer {
    let storage = UnsafeMutableRawPointer.allocate(
      byteCount: offset + MemoryLayout<Value>.size, alignment: max(offset, MemoryLayout<UInt32>.alignment))
    unsafe storage.initializeMemory(as: UInt32.self, to: 0)
    unsafe (storage + offset).bindMemory(to: Value.self, capacity: 1).initialize(to: value)
    return unsafe storage
  }

  @inlinable
  static func free(_ storage: UnsafeMutableRawPointer) {
    unsafe value(in: storage).deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  @inlinable
  static func value(in storage: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Value> {
    unsafe (storage + offset).assumingMemoryBound(to: Value.self)
  }

  /// Where the value is in its storage: behind the word, and where its alignment lets it be.
  @inlinable
  static var offset: Int { max(MemoryLayout<UInt32>.size, MemoryLayout<Value>.alignment) }
}
