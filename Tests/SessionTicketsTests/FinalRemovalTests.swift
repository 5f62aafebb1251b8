import SessionTicketsTesting
import Synchronization
import Testing

@testable import SessionTickets

@Suite("Removals are final")
struct FinalRemovalTests {
  private let folder = TemporaryFolder()
  private let place = RecordFactory.place()

  private func store(records: Int = 20, _ observer: StoreObserver? = nil) -> DirectoryStore {
    DirectoryStore(path: folder.path("store"), bounds: StoreBounds(records: records), observer: observer)
  }

  /// Where two threads are.
  private final class Stage: Sendable {
    private let reached = Atomic(0)

    func reach(_ step: Int) { reached.max(step, ordering: .sequentiallyConsistent) }

    func wait(for step: Int) {
      while reached.load(ordering: .sequentiallyConsistent) < step { Threads.yield() }
    }
  }

  @Test("A record that is renamed while everything is removed doesn't outlive it")
  func renamedMeanwhile() throws {
    for _ in 0..<5 {
      let stage = Stage()
      _ = try store().removeAll()
      let filling = store(records: 100)
      // More than the others let stay, and newer than what comes: so that is renamed to stay.
      for number in 1...25 {
        try filling.insert(
          RecordFactory.record(UInt64(number)), at: RecordFactory.place(server: UInt64(number)),
          now: RecordFactory.start.advanced(bySeconds: 60))
      }
      let remover = store { event in
        // It has listed the record by its first name.
        guard case .removed = event else { return }
        stage.reach(2)
        stage.wait(for: 3)
      }
      let inserter = store { event in
        // It is there, and its generation has been compared.
        guard case .inserted = event else { return }
        stage.reach(1)
        stage.wait(for: 2)
      }
      let generation = try inserter.generation()
      let removal = Threads.start {
        stage.wait(for: 1)
        _ = try? remover.removeAll()
      }
      _ = try? inserter.insert(RecordFactory.record(99), at: place, generation: generation, now: RecordFactory.start)
      stage.reach(3)
      removal.join()
      #expect(try store().count().records == 0)
    }
  }

  @Test("A record that is replaced while everything is removed doesn't outlive it")
  func replacedMeanwhile() throws {
    let stage = Stage()
    let replacer = store { event in
      // The old one has gone, and the new one isn't there yet.
      guard case .removed(_, .replaced) = event else { return }
      stage.reach(1)
      stage.wait(for: 2)
    }
    try replacer.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    let remover = store()
    let removal = Threads.start {
      stage.wait(for: 1)
      _ = try? remover.removeAll()
      stage.reach(2)
    }
    let key = RecordKey(place: place, id: RecordFactory.id(1))
    #expect(try replacer.replace(key, by: RecordFactory.record(2), now: RecordFactory.start))
    removal.join()
    #expect(try store().count().records == 0)
  }

  @Test("What was under way is refused, and what comes after the removal is kept; a purge of the expired ends nothing")
  func underWay() throws {
    for removes in [true, false] {
      let command = [ChildRun.storeStress, "probe", folder.path("\(removes)")]
      let run = try ChildRun.run(
        command + ["generation", removes ? "removeAll" : "purge", "late:1", "generation", "late:2", "count"])
      #expect(
        run.lines
          == (removes
            ? ["the first", "removed 0", "superseded 0", "another", "inserted", "count 1 0 0"]
            : ["the first", "purged 0", "inserted", "the same", "inserted", "count 2 0 0"]))
    }
  }

  @Test("Also on a full disk", .enabled(if: ChildRun.hasNamespaces, "mount namespaces are not allowed here"))
  func fullDisk() throws {
    let lines = try ChildRun.inNamespace(
      """
      mount -t tmpfs -o size=64k,mode=0700 none $M
      $STRESS probe $M/store generation fill removeAll late:1 generation late:2
      """, ["M": folder.path])
    #expect(lines.count == 6 && lines[1].hasPrefix("some then unavailable"), "\(lines)")
    #expect(lines.suffix(3) == ["superseded 0", "another", "inserted"])
  }

  @Test("Whatever stands in the generation's place, it changes")
  func foreignEntry() throws {
    let store = store()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try Files.mkdir(folder.path("store/client/generation"))
    let generation = try store.generation()
    #expect(try store.removeAll() == 1)
    #expect(try store.generation() != generation)
  }
}
