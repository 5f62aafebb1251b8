import Glibc
import SessionTickets

/// A process that takes from, or inserts into, the one store, and logs before and after each operation what it does.
///
/// Each line is one write to a file opened with O_APPEND, so that the log of a killed process says what was under way:
///
/// | line | meaning |
/// |---|---|
/// | `begin <n>` | the process has started, and will use sequence numbers from n on |
/// | `taking <identity>` | a take begins |
/// | `given <id>`, `missed` | how it ended |
/// | `inserting <identity> <id>` | an insertion begins |
/// | `inserted` | it succeeded |
/// | `removed <reason> <id>` | what the observer saw |
struct Worker {
  private let folder: String
  private let number: Int
  private let log: Int32

  init(folder: String, number: Int) throws {
    self.folder = folder
    self.number = number
    log = unsafe open(Scenario.logPath(in: folder, worker: number), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { throw ExerciseError("no log: error \(errno)") }
  }

  private func openStore() throws -> any TicketStore {
    let log = log
    let observer: StoreObserver = { event in
      if case .removed(let key, let reason) = event, reason != .taken { say("removed \(reason) \(key.id)", to: log) }
    }
    if let store = try Scenario.redisStore(observer: observer) { return store }
    return DirectoryStore(path: Scenario.storePath(in: folder), bounds: Scenario.bounds, observer: observer)
  }

  /// Takes from random identities until told to stop.
  func take() throws {
    let store = try openStore()
    say("begin 0", to: log)
    while unsafe access(Scenario.stopPath(in: folder), F_OK) != 0 {
      let identity = Int.random(in: 0..<Scenario.identities)
      say("taking \(identity)", to: log)
      switch try store.take(from: Scenario.place(identity: identity), now: Scenario.now) {
      case .claimed(let claim):
        guard Scenario.isIntact(claim.record) else { throw ExerciseError("\(claim.key.id) is not what was inserted") }
        say("given \(claim.key.id)", to: log)
      case .miss(let miss):
        guard miss.damaged == 0 else { throw ExerciseError("\(miss.damaged) damaged records") }
        say("missed", to: log)
        // Clients are not busy all the time; so the store fills, and shards overflow here and there.
        usleep(UInt32.random(in: 0...2_000))
      }
    }
  }

  /// Inserts this worker's share of tickets, less those that the processes killed before it have inserted.
  func insert() throws {
    let store = try openStore()
    let earlier = try Log(path: Scenario.logPath(in: folder, worker: number))
    var sequence = earlier.nextSequence
    say("begin \(sequence)", to: log)
    for _ in earlier.insertedCount..<Scenario.ticketsPerInserter {
      let record = Scenario.ticket(worker: number, sequence: sequence)
      let identity = Scenario.identity(inserter: number, sequence: sequence)
      say("inserting \(identity) \(record.header.id)", to: log)
      try store.insert(
        record, at: Scenario.place(identity: identity), now: Scenario.insertionTime(sequence: sequence))
      say("inserted", to: log)
      sequence += 1
    }
  }
}
