/// Bytes that may be sent with a first flight.
struct EarlyDataSending {
  /// Empty if there are none this time.
  let bytes: [UInt8]
  /// Made once the priorities are known, and whether they lead to one key share only.
  let rules: (PriorityList, Bool) -> EarlyDataRules
}

extension TLSConnection {
  /// Connects to a server, and sends it bytes at once: with the first flight if that is allowed, so that their answer is there
  /// a round trip earlier, and else after the handshake. They are sent in any case when this returns.
  ///
  /// What goes with the first flight (early data, RFC 8446, section 2.3) may be replayed by whoever sees it, and may come twice
  /// if the first connection breaks: declare only bytes to which that does no harm, such as a GET that changes nothing. See
  /// <doc:EarlyData> for when they are sent early, and for what answer `425` asks for.
  ///
  /// A handshake with early data that fails, or doesn't end within the time that an unanswered offer has, is made again
  /// without, once, on a new connection.
  /// - Parameters:
  ///   - host: A name, or an address in text.
  ///   - port: 443 unless given.
  ///   - configuration: Its time limit holds for the bytes, too.
  ///   - earlyData: For the one protocol that the configuration offers, if it offers any. Empty where the first bytes aren't
  ///     safe: this is the plain connect then, but for its tickets, as only those that come this way can carry early data.
  /// - Returns: The connection. What has become of the bytes is in its ``outcome``.
  public static func connect(
    to host: String, port: UInt16 = 443, configuration: TLSConfiguration = .init(), earlyData: [UInt8]
  ) throws(ConnectionError) -> TLSConnection {
    let early = EarlyDataSending(bytes: earlyData) { priorities, sharesOneKey in
      let groups = SentGroups(
        priorities, sharesOneKey: sharesOneKey, isPartitioned: !configuration.partition.isEmpty)
      return EarlyDataPlan(count: earlyData.count, marks: configuration.earlyDataMarks, groups: groups).rules
    }
    let attempt = try ConnectionAttempt(host: host, port: port, configuration: configuration, early: early)
    let connection = try attempt.connect()
    guard !earlyData.isEmpty, connection.outcome.earlyData != .accepted else { return connection }
    guard try connection.write(earlyData, withinMilliseconds: attempt.deadline.millisecondsLeft) else {
      throw ConnectionError(.timedOut, "\(attempt.peer) doesn't take what is sent to it: the time limit has passed")
    }
    return connection
  }
}
