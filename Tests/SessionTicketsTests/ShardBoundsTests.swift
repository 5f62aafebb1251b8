import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("What leaves a shard")
struct ShardBoundsTests {
  private func name(
    _ number: UInt64, server: UInt64 = 1, kind: RecordFileName.Kind = .ticket, time: Int64? = nil, byteCount: Int = 100
  ) -> RecordFileName {
    RecordFileName(
      place: RecordFactory.place(server: server), inserted: WallTime(seconds: time ?? Int64(number)), expiry: 9,
      byteCount: byteCount, kind: kind, id: RecordFactory.id(number))
  }

  private func bounds(perIdentity: Int = 4, records: Int = 20_000, bytes: Int = 64 << 20) -> ShardBounds {
    let bounds = StoreBounds(recordsPerIdentity: perIdentity, records: records, bytes: bytes)
    return ShardBounds(bounds, layout: StoreLayout(for: bounds))
  }

  @Test("The default bounds give a thousand shards of 20 records and 128 KiB")
  func defaults() {
    #expect(StoreLayout(for: StoreBounds()).shardCount == 1_000)
    #expect(bounds() == bounds(records: 20_000))
    #expect(bounds().files == 20)
    #expect(bounds().bytes == 131_072)
  }

  @Test("Shards together keep the bound of records", arguments: [1, 19, 20, 39, 59, 110, 20_000, 20_019, 99_999])
  func keepsTotal(records: Int) {
    let layout = StoreLayout(for: StoreBounds(records: records))
    #expect(layout.shardCount * bounds(records: records).files <= records)
  }

  @Test("Nothing leaves while there is room")
  func room() {
    let names = (1...20).map { name($0, server: $0) }
    #expect(bounds().victims(in: names, after: names[3]) == [])
  }

  @Test("The oldest file leaves a full shard, whatever it is")
  func oldestLeaves() {
    let names = [name(1, server: 99, kind: .note)] + (2...21).map { name($0, server: $0) }
    #expect(bounds().victims(in: names.shuffled(), after: names[20]).map(\.name) == [names[0]])
  }

  @Test("Everyone who inserts chooses the same files, in whatever order they were listed")
  func sameVictims() {
    let names = (1...40).map { name($0, server: $0 % 30, time: Int64($0 % 7), byteCount: Int($0) * 500) }
    let chosen = (0..<20).map { _ in
      Set(bounds().victims(in: names.shuffled(), after: name(99, server: 77)).map(\.name))
    }
    #expect(Set(chosen).count == 1)
    #expect(chosen[0].count >= 20)
  }

  @Test("The newest file stays, though it is larger than the bound")
  func newestStays() {
    let names = [name(1, byteCount: 4_096), name(2, byteCount: 131_072)]
    let victims = bounds(bytes: 1).victims(in: names, after: names[1])
    #expect(victims == [ShardBounds.Victim(name: names[0], reason: .evicted)])
  }

  @Test("Where the numbers allow all, nothing leaves; else something does")
  func numbers() {
    var allowed = 0
    for _ in 0..<2_000 {
      let names = (0..<UInt64.random(in: 1...22)).map {
        name(
          $0, server: .random(in: 1...6), kind: [.ticket, .ticket, .session, .note].randomElement() ?? .note,
          byteCount: .random(in: 1...12_000))
      }
      let new = names[names.count - 1]
      var tally = ShardTally(for: new.kind, at: new.place)
      for name in names { tally.add(name) }
      #expect(bounds().allow(tally) == bounds().victims(in: names, after: new).isEmpty)
      if bounds().allow(tally) { allowed += 1 }
    }
    #expect((1..<2_000).contains(allowed))
  }

  @Test("A session makes way for a ticket, and for a newer session")
  func sessions() {
    let names = [name(1, kind: .session), name(2, kind: .session), name(3)]
    #expect(bounds().victims(in: names, after: names[2]).map(\.name) == [names[0], names[1]])
    #expect(bounds().victims(in: Array(names.prefix(2)), after: names[1]).map(\.name) == [names[0]])
    #expect(bounds().victims(in: names, after: name(4, kind: .note)) == [])
  }

  @Test("What is about to be replaced goes first: nothing else leaves for its sake")
  func surplus() {
    let others = (1...4).map { name($0, server: 2) }
    let sessions = (5...30).map { name($0, kind: .session) }
    let notes = (31...60).map { name($0, server: 99, kind: .note) }
    let names = others + sessions + notes
    #expect(stay(names, after: notes[29]) == others + [sessions[25], notes[29]])
    // Whoever has put a file there itself, an older one too, finds it.
    #expect(stay(names, after: notes[3]) == others + [sessions[25], notes[3], notes[29]])
    #expect(stay(names, after: sessions[25]) == others + [sessions[25], notes[29]])
    // Who put more tickets there than are kept here may keep more: no more of them leave than must.
    let tickets = (61...90).map { name($0, server: 3) }
    #expect(stay(others + tickets + [notes[0]], after: notes[0]) == others + [notes[0]] + tickets.suffix(15))
  }

  private func stay(_ names: [RecordFileName], after new: RecordFileName) -> [RecordFileName] {
    let gone = Set(bounds().victims(in: names.shuffled(), after: new).map(\.name))
    return names.filter { !gone.contains($0) }.sorted { $0.inserted < $1.inserted }
  }
}
