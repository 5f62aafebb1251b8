public import Glibc

/// A value that one thread at a time can reach.
///
/// Like the standard library's `Mutex`, but over the C library's: the thread sanitizer knows that one, and programs need
/// no further library at start-up.
@safe
public struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  @inlinable
  public init(_ initial: consuming sending Value) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe value = .allocate(capacity: 1)
    unsafe value.initialize(to: initial)
  }

  @inlinable
  deinit {
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// For `pthread_atfork`: nobody holds the lock while a process forks, so that the child can use it.
  public borrowing func holdForFork() { unsafe pthread_mutex_lock(mutex) }

  /// Its counterpart, in parent and child.
  public borrowing func releaseAfterFork() { unsafe pthread_mutex_unlock(mutex) }

  /// Runs the closure while no other thread is in one of this lock's. Not to be nested.
  @inlinable
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }
}
