import Foundation
import SessionTickets
import SessionTicketsLocking
import SessionTicketsTesting

/// A store with many servers' tickets, and one of the same bounds without any.
final class FilledStores {
  let full: Clients.Store
  let single: Clients.Store
  /// The bound of both, in records.
  let bound: Int
  /// In the kernel's memory rather than on disk.
  private static let mostOnDisk = 200_000

  init(_ workbench: Workbench) throws {
    let servers = workbench.options.servers
    let folder = try workbench.newFolder("stores")
    if servers > Self.mostOnDisk {
      try workbench.mountMemory(at: folder, megabytes: servers / 100 + 512)
    }
    full = Clients.Store(folder: "\(folder)/full", keyFile: "\(folder)/key")
    single = Clients.Store(folder: "\(folder)/single", keyFile: "\(folder)/key")
    bound = 2 * servers
    try Self.fill(full.folder, servers: servers, bound: bound, workbench.progress)
    sync()
  }

  /// The clients' options.
  var boundArguments: [String] { ["--records", "\(bound)"] }

  private static func fill(_ path: String, servers: Int, bound: Int, _ progress: Progress) throws {
    let store = DirectoryStore(path: path, bounds: StoreBounds(records: bound, bytes: bound * 16_384))
    let failure = Lock<StoreError?>(nil)
    let now = WallTime.now()
    let step = 1_000
    DispatchQueue.concurrentPerform(iterations: (servers + step - 1) / step) { part in
      progress.show("storing tickets of \(servers) servers: \(part * step)")
      for number in (part * step)..<min((part + 1) * step, servers) {
        let record = RecordFactory.record(
          UInt64(number), expiry: now.seconds + 7 * 86_400, byteCount: 2_400)
        do throws(StoreError) {
          try store.insert(record, at: RecordFactory.place(server: UInt64(number)), now: now)
        } catch {
          failure.withLock { $0 = error }
          return
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
