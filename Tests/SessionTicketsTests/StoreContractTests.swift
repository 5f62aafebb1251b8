import SessionTickets
import SessionTicketsTesting
import Synchronization
import Testing

@Suite("The contract of a store")
struct StoreContractTests {
  static let memory = StoreConformance { bounds, observer in MemoryStore(bounds: bounds, observer: observer) }
  static let names = memory.checks.map(\.name)

  @Test("A store in memory:", arguments: memory.checks)
  func memoryStore(check: Check) throws { try check.run() }

  static let lean = StoreConformance { bounds, observer in LeanStore(bounds: bounds, observer: observer) }

  @Test("A store that leaves to the contract what it can:", arguments: lean.checks)
  func leanStore(check: Check) throws { try check.run() }

  @Test("A store in a folder:", arguments: names)
  func directoryStore(check: String) throws { try run(check, in: TemporaryFolder()) }

  @Test("A store in a folder of a tmpfs:", arguments: names)
  func directoryStoreOnTmpfs(check: String) throws { try run(check, in: TemporaryFolder(in: "/dev/shm")) }

  @Test("A store in a folder, without unnamed files:", arguments: names)
  func directoryStoreRenaming(check: String) throws { try run(check, in: TemporaryFolder(), method: .renamed) }

  @Test("A store in a folder, without unnamed files or exclusive renaming:", arguments: names)
  func directoryStoreLinking(check: String) throws { try run(check, in: TemporaryFolder(), method: .linked) }

  private func run(_ name: String, in folder: TemporaryFolder, method: InstallMethod = .unnamed) throws {
    let made = Atomic<Int>(0)
    let suite = StoreConformance { bounds, observer in
      let number = made.add(1, ordering: .relaxed).newValue
      return DirectoryStore(
        at: FolderPlace(RawPath(folder.path("store\(number)"))), bounds: bounds, method: method, observer: observer)
    }
    try #require(suite.checks.first { $0.name == name }).run()
    #expect(!folder.files.contains { $0.contains("/new-") }, "no temporary file stays")
  }
}
