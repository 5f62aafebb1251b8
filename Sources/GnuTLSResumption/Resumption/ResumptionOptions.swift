public import SessionTickets

/// What a ``Resumption`` may be told besides store and key.
public struct ResumptionOptions: Sendable {
  /// The wall clock.
  public var clock: @Sendable () -> WallTime
  /// Is given a line for each step, for people; it holds no secret.
  public var log: (@Sendable (String) -> Void)?
  /// Is asked before a ticket is stored (OpenSSL's new-session callback); nil stores all.
  public var mayStore: (@Sendable (TicketDescription) -> Bool)?
  /// Is told of each claim, handshake and keeping; nil: nobody is.
  public var observer: ResumptionObserver?

  public init(
    clock: @escaping @Sendable () -> WallTime = WallTime.now, log: (@Sendable (String) -> Void)? = nil,
    mayStore: (@Sendable (TicketDescription) -> Bool)? = nil, observer: ResumptionObserver? = nil
  ) {
    self.clock = clock
    self.log = log
    self.mayStore = mayStore
    self.observer = observer
  }
}

/// What a caller is told of a ticket that is about to be stored.
public struct TicketDescription: Hashable, Sendable {
  public let server: ServerIdentity
  public let kind: RecordKind
  /// Seconds.
  public let lifetime: UInt32
  /// Bytes of early data that the server would take with it.
  public let earlyDataLimit: UInt32
}
