internal import SessionTickets

/// What was met on the way of one connection, from which the reason of a full handshake is told.
struct Findings {
  var isDisabled = false
  var isRetry = false
  var isDeclined = false
  var storeError: StoreError?
  var isWithheld = false
  var damaged = 0
  var trustChanged = 0
  var expired = 0
  var hasOtherIdentities = false

  /// The first that applies.
  var reason: FullHandshakeReason {
    if isDisabled { return .disabled }
    if isRetry { return .retried }
    if isDeclined { return .declined }
    if storeError != nil { return .storeUnavailable }
    if isWithheld { return .withheld }
    if damaged > 0 { return .damaged }
    if trustChanged > 0 { return .trustChanged }
    if expired > 0 { return .expired }
    if hasOtherIdentities { return .policyChanged }
    return .noTicket
  }

  mutating func add(_ miss: Miss) {
    damaged += miss.damaged
    expired += miss.expired
    hasOtherIdentities = hasOtherIdentities || miss.otherIdentities
  }
}
