internal import SessionTickets
internal import SessionTicketsLocking

/// The tickets that this process has offered: whatever a store gives back, none is offered twice.
///
/// A store whose history was rewound, or that lies, may return a ticket again. Only the last ones are remembered.
final class OfferedTickets: Sendable {
  static let ofThisProcess = OfferedTickets()

  private struct Memory {
    /// Only once there are many: to set it up takes a short-lived process longer than to search.
    var ids: Set<RecordID>?
    var order: [RecordID] = []
    var next = 0

    func contains(_ id: RecordID) -> Bool { ids?.contains(id) ?? order.contains(id) }
  }

  private let capacity: Int
  private let memory = Lock(Memory())

  init(capacity: Int = 16_384) { self.capacity = capacity }

  /// Returns false if it was offered before.
  func insert(_ id: RecordID) -> Bool {
    memory.withLock { memory in
      guard !memory.contains(id) else { return false }
      memory.ids?.insert(id)
      if memory.order.count < capacity {
        memory.order.append(id)
        if memory.order.count == 32 { memory.ids = Set(memory.order) }
      } else {
        memory.ids?.remove(memory.order[memory.next])
        memory.order[memory.next] = id
        memory.next = (memory.next + 1) % capacity
      }
      return true
    }
  }
}
