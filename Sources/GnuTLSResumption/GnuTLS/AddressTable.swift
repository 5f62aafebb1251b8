internal import SessionTicketsLocking

/// Values by the address of what they belong to, for all threads.
///
/// A table of lists: to set up a dictionary takes a short-lived process longer than all its look-ups.
package final class AddressTable<Value>: Sendable {
  private typealias Entry = (address: UInt, value: Value)

  private let lists: Lock<[[Entry]]>

  /// - Parameter listCount: A power of two: 1 where there are a few objects only.
  package init(listCount: Int = 1) { lists = Lock([[Entry]](repeating: [], count: listCount)) }

  package func value(at address: UInt) -> Value? {
    lists.withLock { lists in lists[Self.index(of: address, lists.count)].first { $0.address == address }?.value }
  }

  /// All values of now.
  package var values: [Value] { lists.withLock { lists in lists.flatMap { $0.map { $0.value } } } }

  package func set(at address: UInt, _ value: Value) { change(at: address) { $0 = value } }

  package func remove(at address: UInt) { change(at: address) { $0 = nil } }

  /// Changes the value, which is nil if there is none, and becomes nil to be removed.
  package func change<Result>(at address: UInt, _ body: (inout Value?) -> Result) -> Result {
    lists.withLock { lists in
      let list = Self.index(of: address, lists.count)
      let place = lists[list].firstIndex { $0.address == address }
      var value = place.map { lists[list][$0].value }
      let result = body(&value)
      switch (place, value) {
      case (let place?, let value?): lists[list][place].value = value
      case (let place?, nil): lists[list].remove(at: place)
      case (nil, let value?): lists[list].append((address, value))
      case (nil, nil): break
      }
      return result
    }
  }

  /// Sessions are some kilobytes apart.
  private static func index(of address: UInt, _ count: Int) -> Int {
    Int(truncatingIfNeeded: (address >> 12) ^ (address >> 4)) & (count - 1)
  }
}
