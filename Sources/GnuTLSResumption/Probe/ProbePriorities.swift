internal import CGnuTLS

/// A configuration's priorities, limited to what one connection of a probe is to find out.
enum ProbePriorities {
  /// - Returns: Nil where the configuration's own stand.
  /// - Throws: Also where the configuration forbids what is to be found out: nothing is allowed that it doesn't allow.
  static func limited(
    _ request: ProbeRequest, _ configuration: TLSConfiguration, _ server: ServerNotes
  ) throws(GnuTLSError) -> PriorityList? {
    var further = request.versions == .tls12 ? ":-VERS-ALL:+VERS-TLS1.2" : ""
    if request.isWithoutTickets { further += ":%NO_TICKETS" }
    guard !further.isEmpty else { return nil }
    let version = GNUTLS_TLS1_2.rawValue
    if request.versions == .tls12 {
      let plain = try configuration.priorities(of: server).0
      guard plain.allows(protocolVersion: version) else { throw GnuTLSError(GNUTLS_E_UNSUPPORTED_VERSION_PACKET) }
    }
    if let own = configuration.priority { return try PriorityList(own + further) }
    // Behind an administrator's list of all that is allowed: GnuTLS would append to its own default instead.
    if !GnuTLSConfiguration.isAbsent, let list = try? PriorityList("@SYSTEM" + further) { return list }
    return try PriorityList(String(further.dropFirst()), isAppended: true)
  }
}
