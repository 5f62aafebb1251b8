import Glibc
import RedisSessionTickets
import SessionTickets

/// What is stored in the exercise, and where: everything that its processes must agree on.
enum Scenario {
  static let takers = 8
  static let inserters = 2
  /// In the environment of all processes: as many as in the whole exercise, unless it says otherwise.
  static let ticketsPerInserter = variable("STORE_STRESS_TICKETS").flatMap { Int($0) } ?? 10_000
  static let identities = 2_000
  /// Of a folder; a server's are its URL's.
  static let bounds = StoreBounds(recordsPerIdentity: 16, records: 100_000, bytes: 1 << 30)
  static let now = WallTime(seconds: 1_800_000_000)

  /// The server that has the store, if it isn't in a folder.
  static func redisStore(observer: StoreObserver? = nil) throws(StoreError) -> RedisSessionTickets? {
    guard let text = variable("STORE_STRESS_URL") else { return nil }
    let url = try RedisURL(text)
    var options = RedisOptions()
    options.claimLimit = 10_000
    options.keepLimit = 10_000
    return RedisSessionTickets(url, options: options, observer: observer)
  }

  /// The network namespaces among which the workers are divided; none: all are on this host.
  static var hosts: [String] { variable("STORE_STRESS_HOSTS")?.split(separator: " ").map(String.init) ?? [] }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  static func storePath(in folder: String) -> String { "\(folder)/store" }
  static func logPath(in folder: String, worker: Int) -> String { "\(folder)/log-\(worker)" }
  static func stopPath(in folder: String) -> String { "\(folder)/stop" }

  /// Each inserter has its half of the identities, and gives each its tickets in a row, as a server does.
  static func identity(inserter: Int, sequence: Int) -> Int {
    let half = identities / inserters
    return (inserter - takers) * half + sequence / max(1, ticketsPerInserter / half) % half
  }

  /// Two identities share each server.
  static func place(identity: Int) -> StoreKey {
    StoreKey(server: digest(UInt64(identity / 2)), identity: digest(UInt64(identity) + 1 << 32))
  }

  private static func digest(_ number: UInt64) -> Digest {
    var generator = SeededGenerator(seed: number)
    return Digest((0..<Digest.byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) })!
  }

  /// A ticket that can be told by its id, and checked: its contents repeat the id. One of twenty has expired.
  static func ticket(worker: Int, sequence: Int) -> SealedRecord {
    let id = RecordID(bytes(UInt64(worker)) + bytes(UInt64(sequence)))!
    let expiry = sequence.isMultiple(of: 20) ? now.seconds - 1 : now.seconds + 3_600
    let header = RecordHeader(kind: .ticket, id: id, expiry: expiry, masterKeyID: 0)
    return SealedRecord(header: header, contents: [[UInt8]](repeating: id.bytes, count: 40).joined().map(\.self))!
  }

  static func isIntact(_ record: SealedRecord) -> Bool {
    let id = record.header.id.bytes
    return record.contents.count == 40 * id.count && record.contents.enumerated().allSatisfy { $1 == id[$0 % id.count] }
  }

  /// The time of insertion: later tickets are newer.
  static func insertionTime(sequence: Int) -> WallTime {
    WallTime(nanoseconds: now.nanoseconds - 1_000_000_000_000 + Int64(sequence))
  }

  private static func bytes(_ number: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
  }
}
