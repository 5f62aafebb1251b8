public import SessionTickets

/// Checks a ticket store against the contract of `TicketStore`.
///
/// It needs no test framework. With Swift Testing:
///
/// ```swift
/// let suite = StoreConformance { bounds, observer in MyStore(bounds: bounds, observer: observer) }
///
/// @Test(arguments: suite.checks) func contract(check: Check) throws {
///   try check.run()
/// }
/// ```
///
/// With XCTest, run every check of the list in one test method.
public struct StoreConformance: Sendable {
  /// Makes an empty store with these bounds, that tells the observer of its events. Called once or more per check.
  public typealias MakeStore = @Sendable (StoreBounds, StoreObserver?) throws -> any TicketStore

  /// Every check, each independent of the others.
  public let checks: [Check]

  public init(makeStore: @escaping MakeStore) {
    let definitions =
      candidateChecks + claimChecks + concurrencyChecks + insertionChecks + boundChecks + expiryChecks
      + removalChecks + generationChecks + replacementChecks + listingChecks + noteChecks + observerChecks
      + closingChecks
    checks = definitions.map { definition in
      Check(name: definition.name) {
        try definition.body(Trial(check: definition.name, makeStore: makeStore))
      }
    }
  }
}

/// One demand that a store must meet.
public struct Check: Sendable {
  /// What is demanded, in one sentence.
  public let name: String
  private let body: @Sendable () throws -> Void

  init(name: String, body: @escaping @Sendable () throws -> Void) {
    self.name = name
    self.body = body
  }

  /// Runs the check on a store of its own.
  /// - Throws: ``ConformanceFailure`` if the store doesn't meet it; or what the store threw.
  public func run() throws { try body() }
}

extension Check: CustomStringConvertible {
  public var description: String { name }
}

/// A check before it knows the store that it will run on.
struct CheckDefinition: Sendable {
  let name: String
  let body: @Sendable (Trial) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Trial) throws -> Void) {
    self.name = name
    self.body = body
  }
}
