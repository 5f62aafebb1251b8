extension Plan {
  /// All rows, in the order in which they are measured and printed.
  static func all(for settings: Workbench.Settings) -> [Plan] {
    var plans = resumedTLS13
    plans += resumedTLS12 + firstContacts
    if settings.countsInstructions { plans += furtherInstructions }
    plans += wholeProcessFirstContacts + wholeProcessResumptions
    plans += fullStores(settings.servers) + peerWithManySessions(settings.servers)
    plans += storeOperations + crowdedStore
    plans += roundTrips + allocations
    plans += programs + startUps + engineLoading + toolConnections + redisOperations + firstBytes + askedForTickets
    return plans
  }

  /// The cases of what is installed, which are measured only when asked for.
  static let programCases = ["11", "12", "13", "14"]

  /// The case that needs a Redis server, likewise.
  static let redisCases = ["15"]

  /// The case that needs nginx, likewise.
  static let earlyCases = ["16"]

  /// The rows to measure.
  /// - Parameter cases: Of those only; none: of all that needn't be asked for.
  static func selected(_ cases: [String], for settings: Workbench.Settings) -> [Plan] {
    all(for: settings).filter { plan in
      cases.isEmpty ? !(programCases + redisCases + earlyCases).contains(plan.name) : cases.contains(plan.name)
    }
  }

  /// Of those that `--case` can select, in order.
  static func names(for settings: Workbench.Settings) -> [String] {
    var names: [String] = []
    for plan in all(for: settings) where !names.contains(plan.name) { names.append(plan.name) }
    return names
  }
}
