import CSessionTicketsTrials
import Glibc
import SessionTicketsLocking
import Synchronization
import Testing

@Suite("Locks")
struct LockTests {
  /// What a lock holds here: whether its two halves agree tells whether somebody was in between.
  private final class Subject: Sendable {
    let lock = Lock<(first: Int, second: Int)>((0, 0))
    let isHeld = Atomic(false)
    let mayGo = Atomic(false)

    /// Adds one, and returns the sum, or -1 if the value was half changed.
    func step() -> Int32 {
      lock.withLock { value in
        guard value.first == value.second else { return -1 }
        value.first += 1
        value.second += 1
        return Int32(truncatingIfNeeded: value.first)
      }
    }

    /// Runs the body in a child, while another thread is in the lock and has changed half of the value.
    func whileHeld(_ body: () -> Int32) -> Int32 {
      let holder = Threads.start { [self] in
        lock.withLock { value in
          value.first += 1
          isHeld.store(true, ordering: .sequentiallyConsistent)
          while !mayGo.load(ordering: .sequentiallyConsistent) { Threads.yield() }
          value.second += 1
        }
      }
      while !isHeld.load(ordering: .sequentiallyConsistent) { Threads.yield() }
      defer {
        mayGo.store(true, ordering: .sequentiallyConsistent)
        holder.join()
      }
      return body()
    }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> Subject {
      unsafe Unmanaged.fromOpaque(pointer!).takeUnretainedValue()
    }

    var pointer: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
  }

  @Test("One thread at a time")
  func excludes() {
    let subject = Subject()
    Threads.run(8) {
      for _ in 0..<5_000 { #expect(subject.step() > 0) }
    }
    #expect(subject.step() == 40_001)
  }

  @Test("A thread that is cancelled within a lock goes on until it has let go of it")
  func cancelled() {
    let subject = Subject()
    let steps = Atomic(0)
    Threads.start {
      subject.lock.withLock { value in
        value.first += 1
        pthread_cancel(pthread_self())
        pthread_testcancel()
        value.second += 1
      }
      steps.add(1, ordering: .sequentiallyConsistent)
      pthread_testcancel()
      steps.add(1, ordering: .sequentiallyConsistent)
    }.join()
    let made = steps.load(ordering: .sequentiallyConsistent)
    #expect(made == 1)
    // Else it waits for ever.
    if made == 1 { #expect(subject.step() == 2) }
  }

  @Test(
    "A lock that was free is in the child what it was in the parent",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"), arguments: [TRIAL_FORK, TRIAL_CLONE])
  func free(way: trial_child) {
    let subject = Subject()
    #expect(subject.step() == 1)
    let status = withExtendedLifetime(subject) {
      unsafe trial_in_child(way, { unsafe Subject.of($0).step() }, subject.pointer)
    }
    #expect(status == 2)
    #expect(subject.step() == 2)
  }

  @Test(
    "A lock that another thread held is given up by the child, which goes on with a fresh value",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"),
    arguments: [TRIAL_FORK, TRIAL_FORK_IN_HANDLER])
  func held(way: trial_child) {
    let subject = Subject()
    #expect(subject.step() == 1)
    let status = subject.whileHeld {
      unsafe trial_in_child(
        way,
        { pointer in
          let subject = unsafe Subject.of(pointer)
          guard subject.step() == 1, subject.step() == 2 else { return 1 }
          Threads.run(4) { for _ in 0..<100 { _ = subject.step() } }
          return subject.step() == 403 ? 0 : 2
        }, subject.pointer)
    }
    #expect(status == 0)
    #expect(subject.step() == 3, "the parent's value is the parent's")
  }

  @Test(
    "Threads of a child that come at once go on with the same fresh value",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"))
  func renewedOnce() {
    for _ in 0..<20 {
      let subject = Subject()
      let status = subject.whileHeld {
        unsafe trial_in_child(
          TRIAL_FORK,
          { pointer in
            let subject = unsafe Subject.of(pointer)
            Threads.run(4) { for _ in 0..<50 { _ = subject.step() } }
            return subject.step() == 201 ? 0 : 1
          }, subject.pointer)
      }
      #expect(status == 0)
      guard status == 0 else { break }
    }
  }

  @Test(
    "A grandchild gives up what its grandparent held, and what its parent did",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"))
  func grandchild() {
    let subject = Subject()
    let status = subject.whileHeld {
      unsafe trial_in_child(
        TRIAL_FORK,
        { pointer in
          let subject = unsafe Subject.of(pointer)
          let other = Subject()
          let own = other.whileHeld {
            unsafe trial_in_child(
              TRIAL_FORK,
              { unsafe Subject.of($0).step() == 1 ? 0 : 1 }, other.pointer)
          }
          return own == 0 && subject.step() == 1 ? 0 : 1
        }, subject.pointer)
    }
    #expect(status == 0)
  }

  @Test(
    "A thread that forks within the lock, as a signal's handler may, goes on in the child and harms nobody",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"))
  func forksWithin() {
    let subject = Subject()
    let status = subject.lock.withLock { value in
      value.first += 1
      let status = unsafe trial_in_child(
        TRIAL_FORK_IN_HANDLER,
        { pointer in
          // As the handler's: the interrupted closure goes on when it has returned.
          let subject = unsafe Subject.of(pointer)
          return subject.step() == 1 ? 0 : 1
        }, subject.pointer)
      value.second += 1
      return status
    }
    #expect(status == 0)
    #expect(subject.step() == 2)
  }

  @Test(
    "Nobody in the way: no system call",
    .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"))
  func isQuiet() {
    let subject = Subject()
    #expect(subject.step() == 1)
    let status = withExtendedLifetime(subject) {
      unsafe trial_in_child(
        TRIAL_CONFINED,
        { pointer in
          let subject = unsafe Subject.of(pointer)
          for _ in 0..<1_000 where subject.step() < 0 { return 1 }
          return 0
        }, subject.pointer)
    }
    #expect(status == 0)
  }

  @Test("Values come and go with their lock, but for those that a child has given up")
  func lifetimes() {
    final class Counted: Sendable {
      static let living = Atomic(0)
      init() { Self.living.add(1, ordering: .relaxed) }
      deinit { Self.living.subtract(1, ordering: .relaxed) }
    }
    do {
      let lock = Lock<Counted>(Counted())
      #expect(Counted.living.load(ordering: .relaxed) == 1)
      lock.withLock { $0 = Counted() }
      #expect(Counted.living.load(ordering: .relaxed) == 1)
    }
    #expect(Counted.living.load(ordering: .relaxed) == 0)
  }
}
