/// What changes in a store whenever everything, or everything of a server, is removed from it.
///
/// Whoever has been given something to keep can tell by it whether a removal has come in between, and then doesn't keep it.
/// One generation stands for the whole store: such removals are rare, and all that another server's forgetting costs is
/// that connections which are open meanwhile keep nothing.
public struct StoreGeneration: Hashable, Sendable {
  private let words: Words

  private struct Words: Hashable, Sendable {
    let first, second, third: UInt64
  }

  /// For the authors of stores: any numbers that don't come again.
  public init(_ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0) {
    words = Words(first: first, second: second, third: third)
  }

  /// The numbers that it was made of.
  package var numbers: (UInt64, UInt64, UInt64) { (words.first, words.second, words.third) }
}
