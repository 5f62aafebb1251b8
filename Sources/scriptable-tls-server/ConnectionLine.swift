import ScriptableTLSServer

/// One connection as a line of JSON.
func jsonLine(_ connection: ObservedConnection) -> String {
  var fields: [String] = []
  func add(_ name: String, _ value: Int) { fields.append("\"\(name)\":\(value)") }
  func add(_ name: String, _ value: Bool) { fields.append("\"\(name)\":\(value)") }
  func add(_ name: String, _ value: String?) { fields.append("\"\(name)\":\(value.map(quoted) ?? "null")") }
  add("connection", connection.index)
  add("tookDataOfSYN", connection.tookDataOfSYN)
  add("resumed", connection.isResumed)
  add("version", connection.version)
  add("cipherSuite", connection.cipherSuite)
  add("group", connection.group)
  add("alpn", connection.alpn)
  add("serverName", connection.serverName)
  add("offeredPSKs", connection.clientHello?.pskIdentities.count ?? 0)
  add("offeredResumption", connection.clientHello?.offersResumption ?? false)
  add("legacySessionID", connection.clientHello.map { hexadecimal($0.legacySessionID) })
  add("helloRetryRequest", connection.clientHellos.count > 1)
  add("ticketsSent", connection.ticketsSent)
  add("acceptedEarlyData", connection.acceptedEarlyData)
  add("earlyDataReceived", connection.earlyDataReceived)
  add("bytesReceived", connection.bytesReceived)
  add("clientSentCloseNotify", connection.clientSentCloseNotify)
  add("handshakeError", connection.handshakeError == 0 ? nil : gnutlsErrorName(connection.handshakeError))
  return "{\(fields.joined(separator: ","))}"
}

/// A JSON string: everything but printable ASCII is escaped, for the name and the protocol come from the client.
private func quoted(_ text: String) -> String {
  var result = "\""
  for unit in text.utf16 {
    if (0x20...0x7e).contains(unit), unit != 0x22, unit != 0x5c, let scalar = Unicode.Scalar(unit) {
      result.unicodeScalars.append(scalar)
    } else {
      let digits = String(unit, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
  return result + "\""
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
