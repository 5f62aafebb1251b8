/// A handshake message of DTLS, as `s_server -msg` prints it: by its bytes, as OpenSSL 3.0 has no words for it.
public struct DatagramMessage: Hashable, Sendable {
  public static let clientHello: UInt8 = 1
  public static let helloVerifyRequest: UInt8 = 3
  static let certificate: UInt8 = 11
  static let finished: UInt8 = 20

  /// By the server.
  public let isSent: Bool
  /// RFC 6347, section 4.3.2.
  public let type: UInt8

  static func all(in output: String) -> [DatagramMessage] {
    var result: [DatagramMessage] = []
    var isSent: Bool?
    for line in output.split(separator: "\n") {
      if line.hasPrefix("<<<") || line.hasPrefix(">>>") {
        let isHandshake = line.contains("content_type=22)") || line.contains(", Handshake [")
        isSent = isHandshake ? line.hasPrefix(">>>") : nil
      } else if let sent = isSent {
        let first = line.drop { $0 == " " }.prefix(2)
        if let type = UInt8(first, radix: 16) { result.append(DatagramMessage(isSent: sent, type: type)) }
        isSent = nil
      }
    }
    return result
  }
}

extension OpenSSLServer {
  /// As of TLS: a handshake without the server's Certificate resumed a session.
  static func handshakes(of messages: [DatagramMessage]) -> [ObservedHandshake] {
    var result: [ObservedHandshake] = []
    var sentCertificate = false
    var isUnderWay = false
    for message in messages {
      switch (message.isSent, message.type) {
      case (false, DatagramMessage.clientHello): (sentCertificate, isUnderWay) = (false, true)
      case (true, DatagramMessage.certificate): sentCertificate = true
      case (false, DatagramMessage.finished) where isUnderWay:
        isUnderWay = false
        // Nothing else is spoken there.
        result.append(ObservedHandshake(resumed: !sentCertificate, version: "DTLS 1.2"))
      default: break
      }
    }
    return result
  }
}
