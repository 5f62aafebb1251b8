import Glibc
import SessionTickets

/// Does single operations on a store, one line of output each: for tests that need a process of their own, in another
/// mount namespace or as another user.
struct Probe {
  let store: DirectoryStore
  private let path: String
  private var occupation = Occupation()
  private var shown: Candidate?
  private var generation: StoreGeneration?

  init(store path: String) {
    self.path = path
    store = DirectoryStore(path: path, bounds: StoreBounds(recordsPerIdentity: 1_000, records: 1_000_000))
  }

  /// `insert:<sequence>`, `session:<sequence>`, `note`, `take`, `count`, `purge`, `removeAll`, `close`, or `fill`, which
  /// inserts until an error comes. All at one place.
  ///
  /// `show` and `claim` are a take in two. `generation` says whether it is the same as before, and `late:<sequence>` inserts
  /// what belongs to that.
  ///
  /// `process` tells the process's generation. `occupy:<kind>` closes descriptors, and opens others by the same numbers;
  /// `inspect` tells whether those are still there. `chroot` makes another folder the root.
  mutating func run(_ operations: some Collection<String>) {
    for operation in operations {
      let words = operation.split(separator: ":")
      let sequence = words.count > 1 ? Int(words[1]) ?? 1 : 1
      do throws(StoreError) {
        switch words[0] {
        case "occupy": say(occupation.begin(String(words.last ?? ""), in: "\(path)-foreign"))
        case "inspect": say(occupation.inspect())
        case "chroot": say(unsafe chroot("\(path)-root") == 0 && chdir("/") == 0 ? "another root" : "error \(errno)")
        default: say(try perform(String(words[0]), sequence))
        }
      } catch {
        say("\(error.code.rawValue) \(error.errno)")
      }
    }
  }

  private mutating func perform(_ operation: String, _ sequence: Int) throws(StoreError) -> String {
    let place = Scenario.place(identity: 0)
    let time = Scenario.insertionTime(sequence: sequence)
    switch operation {
    case "insert":
      try store.insert(Scenario.ticket(worker: 1, sequence: sequence), at: place, now: time)
      return "inserted"
    case "session":
      let header = Scenario.ticket(worker: 1, sequence: sequence).header
      let session = RecordHeader(kind: .session, id: header.id, expiry: header.expiry, masterKeyID: 0)
      try store.insert(SealedRecord(header: session, contents: [1, 2, 3])!, at: place, now: time)
      return "inserted"
    case "late":
      try store.insert(
        Scenario.ticket(worker: 1, sequence: sequence), at: place, generation: generation, now: time)
      return "inserted"
    case "generation":
      let before = generation
      generation = try store.generation()
      return before == nil ? "the first" : before == generation ? "the same" : "another"
    case "show":
      shown = try store.candidates(at: place, now: Scenario.now, limit: 1).records.first
      return shown == nil ? "nothing" : "shown"
    case "claim":
      guard let shown, let claim = try store.claim(shown, now: Scenario.now) else { return "gone" }
      return "given \(claim.key.id)"
    case "fill":
      var inserted = 0
      do throws(StoreError) {
        while inserted < 10_000 {
          try store.insert(
            Scenario.ticket(worker: 1, sequence: (inserted + 1) * 20 + 1),
            at: Scenario.place(identity: inserted % 1_999 + 1),
            now: time)
          inserted += 1
        }
      } catch {
        return "\(inserted > 0 ? "some" : "none") then \(error.code.rawValue) \(error.errno)"
      }
      return "never full"
    case "note":
      try store.setNote([1, 2, 3], server: place.server, identity: nil, now: time)
      return "noted"
    case "take":
      switch try store.take(from: place, now: Scenario.now) {
      case .claimed(let claim): return "given \(claim.key.id)"
      case .miss(let miss): return "missed expired \(miss.expired) damaged \(miss.damaged)"
      }
    case "process":
      return ProcessGeneration.current.map { "generation \($0)" } ?? "none"
    case "purge":
      return "purged \(try store.purgeExpired(now: Scenario.now))"
    case "removeAll":
      return "removed \(try store.removeAll())"
    case "close":
      store.close()
      return "closed"
    case "count":
      let count = try store.count()
      return "count \(count.tickets) \(count.sessions) \(count.notes)"
    default:
      return "unknown operation"
    }
  }
}
