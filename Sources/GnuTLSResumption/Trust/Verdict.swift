/// A judgement on a peer, sealed with its tickets: that it was trusted, when, by what, and for how long at
/// most.
struct Verdict: Hashable {
  /// When it was made, in seconds since 1970.
  var time: Int64
  /// Of the path that was verified, from the leaf to the anchor, unlimited where that can't be told, and of those who have
  /// signed the stapled OCSP responses. Outside of it no ticket is offered.
  var validity: Validity
  /// When the first of the stapled OCSP responses is superseded, in seconds since 1970; the far future without any.
  var responsesEnd: Int64
  /// Nil where they can't be told: the engine didn't verify, or a trust list that somebody else had loaded.
  var inputs: TrustInputs?
  /// In place of the inputs, where it is for other machines.
  var contents: TrustContents?

  /// Whether it still stands: the path valid, the verdict young enough, and all that it depended on unchanged. If not,
  /// the stored chain is to be verified again.
  func stands(under policy: VerificationPolicy, now: Int64) -> Bool { confirmed(under: policy, now: now) != nil }

  /// The verdict, if it stands, with its inputs as they would be noted now: its time stays.
  /// - Parameter configuration: That this process has.
  func confirmed(
    under policy: VerificationPolicy, now: Int64,
    configuration: @autoclosure () -> ConfigurationNote? = GnuTLSConfiguration.current
  ) -> Verdict? {
    guard isYoung(under: policy, now: now), let inputs else { return nil }
    let confirmed: TrustInputs?
    if policy.isTrustPending {
      confirmed = inputs.confirmed(for: inputs.sources, under: configuration())
    } else if let loaded = policy.loadedTrust {
      confirmed = inputs.confirmed(by: loaded, under: configuration())
    } else {
      confirmed = policy.sources.flatMap { inputs.confirmed(for: $0, under: configuration()) }
    }
    guard let confirmed else { return nil }
    var result = self
    result.inputs = confirmed
    return result
  }

  /// Whether no time has ended it: neither its own, nor that of what was judged.
  func isYoung(under policy: VerificationPolicy, now: Int64) -> Bool {
    let age = now.subtractingReportingOverflow(time)
    return time <= now && !age.overflow && age.partialValue < policy.verdictLifetime && validity.contains(now)
      && now <= responsesEnd
  }

}

extension Verdict {
  func append(to result: inout [UInt8]) {
    result.append(bigEndian: time)
    validity.append(to: &result)
    result.append(bigEndian: responsesEnd)
    if let contents {
      result.append(2)
      return contents.append(to: &result)
    }
    guard let inputs, inputs.areKept else { return result.append(0) }
    result.append(1)
    inputs.append(to: &result)
  }

  init?(whole bytes: ArraySlice<UInt8>) {
    var reader = ByteReader(bytes)
    guard let time = reader.integer(UInt64.self), let validity = Validity(&reader),
      let responsesEnd = reader.integer(UInt64.self), let hasInputs = reader.integer(UInt8.self), hasInputs <= 2
    else { return nil }
    if hasInputs == 1 {
      guard let inputs = TrustInputs(&reader) else { return nil }
      self.inputs = inputs
    } else if hasInputs == 2 {
      guard let contents = TrustContents(&reader) else { return nil }
      self.contents = contents
    }
    guard reader.isAtEnd else { return nil }
    self.time = Int64(bitPattern: time)
    self.validity = validity
    self.responsesEnd = Int64(bitPattern: responsesEnd)
  }
}
