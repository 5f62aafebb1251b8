import SessionTickets
import SessionTicketsTesting
import Testing

@Suite("The contract of a store")
struct StoreContractTests {
  static let memory = StoreConformance { bounds, observer in MemoryStore(bounds: bounds, observer: observer) }

  @Test("A store in memory:", arguments: memory.checks)
  func memoryStore(check: Check) throws {
    try check.run()
  }
}
