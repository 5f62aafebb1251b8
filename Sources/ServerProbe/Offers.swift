/// Offers, and what became of them.
package struct Offers: Hashable, Sendable {
  package private(set) var made = 0
  package private(set) var taken = 0
  /// The handshake failed, in a way that isn't the network's.
  package private(set) var broken = 0

  package mutating func note(isTaken: Bool) {
    made += 1
    if isTaken { taken += 1 }
  }

  package mutating func noteBroken() {
    made += 1
    broken += 1
  }
}
