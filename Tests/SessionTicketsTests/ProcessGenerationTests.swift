import CSessionTicketsTrials
import SessionTicketsLocking
import Synchronization
import Testing

@testable import SessionTickets

/// Ways by which a child comes to be.
private let ways = [TRIAL_FORK, TRIAL_CLONE, TRIAL_FORK_IN_HANDLER]

@Suite("Which process this is", .enabled(if: Threads.canFork, "the thread sanitizer can't follow children"))
struct ProcessGenerationTests {
  @Test("It stays the same, whatever children are made", arguments: ways)
  func stays(way: trial_child) throws {
    let own = try #require(ProcessGeneration.current)
    #expect(unsafe trial_in_child(way, { _ in 7 }, nil) == 7)
    #expect(ProcessGeneration.current == own)
  }

  @Test("A child is of a greater generation than its parent, and a grandchild of a greater one yet", arguments: ways)
  func descendants(way: trial_child) throws {
    var own = try #require(ProcessGeneration.current)
    let status = unsafe trial_in_child(
      way,
      { own in
        guard let own = unsafe own?.assumingMemoryBound(to: UInt64.self), let child = ProcessGeneration.current else {
          return 1
        }
        guard child > (unsafe own.pointee), ProcessGeneration.current == child else { return 2 }
        unsafe own.pointee = child
        return unsafe trial_in_child(
          TRIAL_CLONE,
          { parent in
            guard let parent = unsafe parent?.load(as: UInt64.self), let own = ProcessGeneration.current else {
              return 3
            }
            return own > parent ? 0 : 4
          }, own)
      }, &own)
    #expect(status == 0)
    #expect(ProcessGeneration.current == own, "the child changes its own memory only")
  }

  @Test("All threads of a process are of one generation, also if they ask at once for the first time")
  func threads() {
    for _ in 0..<20 {
      let status = unsafe trial_in_child(
        TRIAL_FORK,
        { _ in
          let known = Lock<[UInt64?]>([])
          Threads.run(4) { known.withLock { $0.append(ProcessGeneration.current) } }
          let all = known.withLock { $0 }
          return all.count == 4 && all[0] != nil && all.allSatisfy { $0 == all[0] } ? 0 : 1
        }, nil)
      #expect(status == 0)
    }
  }

  @Test("It is told without a system call")
  func isQuiet() throws {
    _ = try #require(ProcessGeneration.current)
    let status = unsafe trial_in_child(
      TRIAL_CONFINED,
      { _ in
        for _ in 0..<1_000 where ProcessGeneration.current == nil { return 1 }
        return 0
      }, nil)
    #expect(status == 0)
  }

  @Test("Where the kernel can't tell processes apart there is none, and a store works all the same")
  func unsupported() throws {
    let folder = TemporaryFolder()
    let command = [ChildRun.storeStress, "without-generations", "probe", folder.path("store")]
    let run = try ChildRun.run(command + ["process", "insert:1", "insert:2", "take", "count"])
    #expect(run.lines == ["none", "inserted", "inserted", "given 00000000000000010000000000000002", "count 1 0 0"])
  }
}
