import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("Whatever bounds a caller chooses")
struct StoreBoundsTests {
  private let folder = TemporaryFolder()

  @Test("Less than 1 is 1", arguments: [0, -1, .min])
  func clamps(bound: Int) {
    #expect(
      StoreBounds(recordsPerIdentity: bound, records: bound, bytes: bound)
        == StoreBounds(recordsPerIdentity: 1, records: 1, bytes: 1))
  }

  @Test("The least and the greatest bounds make stores that work", arguments: [.min, 1, .max])
  func extremes(bound: Int) throws {
    let bounds = StoreBounds(recordsPerIdentity: bound, records: bound, bytes: bound)
    let stores: [any TicketStore] = [
      MemoryStore(bounds: bounds), DirectoryStore(path: folder.path("store"), bounds: bounds),
    ]
    for store in stores {
      let place = RecordFactory.place()
      for number in 1...3 {
        try store.insert(
          RecordFactory.record(UInt64(number)), at: place, now: RecordFactory.start.advanced(bySeconds: Int64(number)))
      }
      try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start.advanced(bySeconds: 9))
      #expect(try store.note(server: place.server, identity: nil) == [1])
      let shown = try store.candidates(at: place, now: RecordFactory.start, limit: bound).records.map(\.key.id)
      #expect(shown == (bound == .max ? [3, 2, 1] : []).map(RecordFactory.id))
    }
  }

  @Test("Counts that a store's author gives aren't trusted to be small")
  func counts() {
    #expect(StoreCount(tickets: .max, sessions: 1).records == .min)
  }
}
