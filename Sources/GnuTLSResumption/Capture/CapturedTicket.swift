internal import SessionTickets

/// A ticket or session that came, before it is sealed.
struct CapturedTicket {
  var sessionData: [UInt8]
  let kind: RecordKind
  /// Seconds since 1970.
  let issued: Int64
  /// Seconds.
  let lifetime: UInt32
  /// Bytes.
  let earlyDataLimit: UInt32
  /// What tells it from others, where a program may have it too.
  let packed: PackedTicket?
}
