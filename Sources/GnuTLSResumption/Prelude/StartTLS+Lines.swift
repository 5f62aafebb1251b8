/// The protocols that talk in lines.
extension StartTLS {
  func askSMTP(_ server: PlainStream) throws(ConnectionError) {
    _ = try reply("220", server)
    try server.send("EHLO localhost\r\n")
    let offers = try reply("250", server)
    guard offers.dropFirst().contains(where: { $0.count == 12 && Array($0.dropFirst(4)).begins(with: "STARTTLS") })
    else {
      throw server.failure("offers no STARTTLS")
    }
    try server.send("STARTTLS\r\n")
    _ = try reply("220", server)
  }

  func askFTP(_ server: PlainStream) throws(ConnectionError) {
    _ = try reply("220", server)
    try server.send("AUTH TLS\r\n")
    _ = try reply("234", server)
  }

  /// All lines of a reply: those before the last have a dash behind the code, or, of FTP, anything (RFC 959, section 4.2).
  private func reply(_ code: StaticString, _ server: PlainStream) throws(ConnectionError) -> [[UInt8]] {
    let first = try server.line()
    guard first.begins(with: code) else { throw refusal(server, first) }
    var lines = [first]
    guard first.count > 3, first[3] == UInt8(ascii: "-") else { return lines }
    while true {
      let line = try server.line()
      lines.append(line)
      if line.begins(with: code), line.count == 3 || line[3] == UInt8(ascii: " ") { return lines }
    }
  }

  func askPOP3(_ server: PlainStream) throws(ConnectionError) {
    try requireOK(server)
    try server.send("STLS\r\n")
    try requireOK(server)
  }

  private func requireOK(_ server: PlainStream) throws(ConnectionError) {
    let line = try server.line()
    guard line.begins(with: "+OK") else { throw refusal(server, line) }
  }

  func askIMAP(_ server: PlainStream) throws(ConnectionError) {
    let greeting = try server.line()
    // One that has authenticated already takes no STARTTLS, and nobody but the path may have said so.
    guard greeting.begins(with: "* OK") else { throw refusal(server, greeting) }
    try server.send("a1 STARTTLS\r\n")
    while true {
      let line = try server.line()
      if line.begins(with: "a1 OK") { return }
      guard line.begins(with: "* "), !line.begins(with: "* BYE") else { throw refusal(server, line) }
    }
  }
}
