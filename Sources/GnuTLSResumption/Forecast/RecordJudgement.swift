internal import SessionTickets

/// What a connection would make of a record.
struct RecordJudgement {
  let key: RecordKey
  let kind: KeptRecord.Judgement
  /// Why, in words; empty for one that is fit.
  let text: String

  init(_ key: RecordKey, _ fitness: Fitness) {
    self.key = key
    switch fitness {
    case .fit: (kind, text) = (.fit, "")
    case .unfit(let misfit): (kind, text) = (.init(misfit), misfit.text)
    case .spoilt(let spoilage): (kind, text) = (.init(spoilage), spoilage.text)
    }
  }
}

extension KeptRecord.Judgement {
  fileprivate init(_ misfit: Misfit) {
    switch misfit {
    case .untrusted: self = .untrusted
    case .unverifiable: self = .unverifiable
    case .early: self = .early
    case .withheld: self = .withheld
    case .otherConfiguration: self = .otherConfiguration
    }
  }

  fileprivate init(_ spoilage: Spoilage) {
    switch spoilage {
    case .damaged: self = .damaged
    case .expired: self = .expired
    }
  }
}

/// What the search for a ticket has come to, without claiming one.
struct Foreseen {
  let judgements: [RecordJudgement]
  /// Why the handshake would be a full one, if nothing is fit.
  let reason: FullHandshakeReason
  let storeError: StoreError?

  /// The record that would be offered.
  var offer: RecordKey? {
    guard let last = judgements.last, last.kind == .fit else { return nil }
    return last.key
  }
}
