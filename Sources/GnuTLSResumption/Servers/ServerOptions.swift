public import SessionTickets

/// What a server may be told besides store and key. Servers of different slots or lifetimes don't share tickets.
public struct ServerOptions: Sendable {
  /// For how long one key seals new tickets, in seconds. At least a sixtieth of the lifetime.
  public var slotLength: Int64
  /// For how long after the full handshake a session may be resumed, in seconds: at least 1, at most 604,800 (7 days).
  public var lifetime: Int64
  /// By how much the servers' clocks may differ, in seconds; at most the length of a slot.
  public var clockTolerance: Int64
  /// The wall clock. GnuTLS has one of its own, by which tickets end.
  public var clock: @Sendable () -> WallTime
  /// After trouble, or a call that took longer than this many milliseconds, handshakes go without the store for a while.
  public var patience: Double
  /// Is told what happens, on the thread of the event.
  public var observer: (@Sendable (ServerEvent) -> Void)?

  public init(
    slotLength: Int64 = 3600, lifetime: Int64 = 21_600, clockTolerance: Int64 = 120,
    clock: @escaping @Sendable () -> WallTime = WallTime.now, patience: Double = 50,
    observer: (@Sendable (ServerEvent) -> Void)? = nil
  ) {
    self.slotLength = slotLength
    self.lifetime = lifetime
    self.clockTolerance = clockTolerance
    self.clock = clock
    self.patience = patience
    self.observer = observer
  }

  var calendar: SlotCalendar { SlotCalendar(length: slotLength, lifetime: lifetime, tolerance: clockTolerance) }
}
