internal import Locking
internal import SessionTickets

/// The tickets that this process has offered: whatever a store gives back, none is offered twice.
///
/// A store whose history was rewound, or that lies, may return a ticket again. Only the last ones are remembered.
final class OfferedTickets: Sendable {
  static let ofThisProcess = OfferedTickets()

  private struct Memory {
    var ids: Set<RecordID> = []
    var order: [RecordID] = []
    var next = 0
  }

  private let capacity: Int
  private let memory = Lock(Memory())

  init(capacity: Int = 16_384) { self.capacity = capacity }

  /// Returns false if it was offered before.
  func insert(_ id: RecordID) -> Bool {
    memory.withLock { memory in
      guard memory.ids.insert(id).inserted else { return false }
      if memory.order.count < capacity {
        memory.order.append(id)
      } else {
        memory.ids.remove(memory.order[memory.next])
        memory.order[memory.next] = id
        memory.next = (memory.next + 1) % capacity
      }
      return true
    }
  }
}
