internal import SessionTickets
internal import SessionTicketsLocking

/// The tickets that this process has offered: whatever a store gives back, none is offered twice.
///
/// A store whose history was rewound, or that lies, may return a ticket again, also in a record of another id, as one is
/// sealed anew with another verdict; and a server may send one again. Only the last ones are remembered.
final class OfferedTickets: Sendable {
  static let ofThisProcess = OfferedTickets()

  private struct Memory {
    /// Only once there are many: to set it up takes a short-lived process longer than to search.
    var digests: Set<Digest>?
    var order: [Digest] = []
    var next = 0

    func contains(_ digest: Digest) -> Bool { digests?.contains(digest) ?? order.contains(digest) }
  }

  private let capacity: Int
  private let memory = Lock(Memory())

  /// The ticket's own, whoever has packed it, and when.
  private static func digest(of sessionData: [UInt8]) -> Digest? {
    do throws(StoreError) {
      return try PackedTicket.find(in: sessionData)?.digest ?? SHA256.digest(sessionData)
    } catch {
      return nil
    }
  }

  init(capacity: Int = 16_384) { self.capacity = capacity }

  /// Returns false if the ticket in these session data was offered before, or if that can't be told.
  func insert(_ sessionData: [UInt8]) -> Bool {
    guard let digest = Self.digest(of: sessionData) else { return false }
    return memory.withLock { memory in
      guard !memory.contains(digest) else { return false }
      memory.digests?.insert(digest)
      if memory.order.count < capacity {
        memory.order.append(digest)
        if memory.order.count == 32 { memory.digests = Set(memory.order) }
      } else {
        memory.digests?.remove(memory.order[memory.next])
        memory.order[memory.next] = digest
        memory.next = (memory.next + 1) % capacity
      }
      return true
    }
  }
}
