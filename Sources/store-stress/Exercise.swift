import Glibc
import SessionTickets

/// Eight processes that take from one store while two insert, with or without kill -9 at random moments.
struct Exercise {
  let folder: String
  let seed: UInt64
  let kills: Int

  /// The most that it may last, in seconds.
  private static let deadline: Int64 = 300

  /// Returns 0 if every ticket is accounted for.
  func run() throws -> Int32 {
    say("seed \(seed), \(kills) kills")
    var generator = SeededGenerator(seed: seed)
    let begin = WallTime.now().seconds
    var processes: [ChildProcess?] = try (0..<(Scenario.takers + Scenario.inserters)).map { try start($0) }
    var insertersLeft = Scenario.inserters
    var killsLeft = kills

    while insertersLeft > 0 || killsLeft > 0 {
      guard WallTime.now().seconds - begin < Self.deadline else {
        for process in processes { process?.kill() }
        throw ExerciseError("not done after \(Self.deadline) seconds")
      }
      usleep(UInt32.random(in: 0...100_000, using: &generator))
      for worker in processes.indices {
        guard let status = processes[worker]?.ended() else { continue }
        guard status == 0 else { throw ExerciseError("worker \(worker) failed with status \(status)") }
        processes[worker] = nil
        insertersLeft -= 1
      }
      let victim = Int.random(in: processes.indices, using: &generator)
      if killsLeft > 0, let process = processes[victim] {
        process.kill()
        let status = process.wait()
        killsLeft -= 1
        // It may have come to its end before the signal came.
        if status == 0 {
          processes[victim] = nil
          insertersLeft -= 1
        } else {
          processes[victim] = try start(victim)
        }
      }
    }
    try stop(processes)
    let (summary, complaints) = try audit()
    say(summary)
    for complaint in complaints { say("WRONG: \(complaint)") }
    say("\(WallTime.now().seconds - begin) seconds")
    return complaints.isEmpty ? 0 : 1
  }

  private func audit() throws -> (summary: String, complaints: [String]) {
    if let store = try Scenario.redisStore() {
      let audit = try RedisAudit(store, folder: folder)
      return (audit.summary, audit.complaints)
    }
    let audit = try Audit(folder: folder, kills: kills)
    return (audit.summary, audit.complaints)
  }

  private func start(_ worker: Int) throws -> ChildProcess {
    let hosts = Scenario.hosts
    return try ChildProcess(
      [worker < Scenario.takers ? "take" : "insert", folder, "\(worker)"],
      on: hosts.isEmpty ? nil : hosts[worker % hosts.count])
  }

  private func stop(_ processes: [ChildProcess?]) throws {
    close(unsafe open(Scenario.stopPath(in: folder), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
    for case let process? in processes {
      let status = process.wait()
      guard status == 0 else { throw ExerciseError("a worker failed with status \(status)") }
    }
  }
}
