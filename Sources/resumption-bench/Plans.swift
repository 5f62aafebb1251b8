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
    return plans
  }

  /// Of those that `--case` can select, in order.
  static func names(for settings: Workbench.Settings) -> [String] {
    var names: [String] = []
    for plan in all(for: settings) where !names.contains(plan.name) { names.append(plan.name) }
    return names
  }
}
