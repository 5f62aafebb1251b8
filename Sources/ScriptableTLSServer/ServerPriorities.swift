extension ServerScript {
  /// GnuTLS's priority string for this script.
  var priorityString: String {
    var parts = [priorities ?? "NORMAL"]
    switch versions {
    case .tls12And13: break
    case .tls12: parts += ["-VERS-ALL", "+VERS-TLS1.2"]
    case .tls13: parts += ["-VERS-ALL", "+VERS-TLS1.3"]
    }
    if !groups.isEmpty { parts += ["-GROUP-ALL"] + groups.map { "+GROUP-\($0)" } }
    if !extendedMasterSecret { parts.append("%NO_SESSION_HASH") }
    // Only TLS 1.3 is to have tickets: the ticket key alone would enable both.
    if versions == .tls12And13 && tls12Resumption != .tickets { parts.append("%NO_TICKETS_TLS12") }
    return parts.joined(separator: ":")
  }

  /// Whether sessions need a ticket key.
  var usesTicketKey: Bool { versions != .tls12 || tls12Resumption == .tickets }
}
