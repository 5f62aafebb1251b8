extension StartTLS {
  func askXMPP(_ server: PlainStream, name: String) throws(ConnectionError) {
    try server.send(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
        + "to='\(Self.escaped(name))' version='1.0'>")
    let features = try server.text(
      to: ["</stream:features>", "<stream:features/>", "</stream:error>", "</stream:stream>"])
    guard features.holds("<starttls"), features.holds("urn:ietf:params:xml:ns:xmpp-tls") else {
      throw server.failure("offers no STARTTLS")
    }
    try server.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    let answer = Array(try server.text(to: [">"]).drop { $0 == 0x20 || (0x09...0x0D).contains($0) })
    guard answer.begins(with: "<proceed"), answer.holds("urn:ietf:params:xml:ns:xmpp-tls") else {
      throw refusal(server, answer)
    }
    if !answer.holds("/>") { _ = try server.text(to: ["</proceed>"]) }
  }

  private static func escaped(_ name: String) -> String {
    var result: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "&"): result += Array("&amp;".utf8)
      case UInt8(ascii: "<"): result += Array("&lt;".utf8)
      case UInt8(ascii: "'"): result += Array("&apos;".utf8)
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
