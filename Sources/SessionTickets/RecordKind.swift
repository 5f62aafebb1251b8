/// What a record holds, and with it how often it may be given out.
public enum RecordKind: UInt8, Sendable, CaseIterable {
  /// A TLS 1.3 ticket: given to at most one taker (RFC 8446, Appendix C.4).
  case ticket = 3
  /// A TLS 1.2 session, by ticket or by session id: one per identity, given again until removed or expired.
  case session = 2
}
