internal import CGnuTLS

/// A `gnutls_session_t`, borrowed from its owner. All that the engine asks of GnuTLS about a session.
///
/// The owner keeps it alive, and keeps to one thread at a time: two threads on one session crash GnuTLS.
@safe
struct SessionHandle {
  let pointer: gnutls_session_t

  init(_ pointer: gnutls_session_t) { unsafe self.pointer = unsafe pointer }

  /// Tells sessions apart while they live.
  var address: UInt { unsafe UInt(bitPattern: pointer) }

  /// A client's, whose handshake hasn't begun. Later, session data would take the place of what the peer has sent: its
  /// certificates, too.
  var canBeOffered: Bool { isClient && !hasShakenHands && hasSentNothing }

  /// It has ended well; not yet with a false start.
  var hasShakenHands: Bool {
    let description = unsafe gnutls_session_get_desc(pointer)
    defer { unsafe cgnutls_free(description) }
    return unsafe description != nil
  }

  /// The number stands for "nothing", in GnuTLS's words "0-1": before a handshake, and after one.
  private var hasSentNothing: Bool { unsafe gnutls_handshake_get_last_out(pointer).rawValue == .max }

  /// Its handshake has begun, and no message has come. The number stands for "nothing".
  var hasNoAnswer: Bool { unsafe !hasSentNothing && gnutls_handshake_get_last_in(pointer).rawValue == .max }

  /// A server's, of TLS or DTLS, that hasn't shaken hands.
  var canBeServed: Bool { !isClient && !hasShakenHands }

  /// It is of DTLS. There is no getter for it: until the first handshake has ended, what a record's header leaves of the MTU
  /// tells, whatever that is. It has 13 bytes in DTLS (RFC 6347, section 4.1), 5 in TLS.
  var isDatagram: Bool {
    if hasShakenHands { return Self.isDatagram(protocolVersion.rawValue) }
    return unsafe gnutls_dtls_get_mtu(pointer) &- gnutls_dtls_get_data_mtu(pointer) == 13
  }

  /// Whether GnuTLS's number of a protocol version stands for one of DTLS.
  static func isDatagram(_ protocolVersion: UInt32) -> Bool {
    protocolVersion >= GNUTLS_DTLS0_9.rawValue && protocolVersion != GNUTLS_VERSION_UNKNOWN.rawValue
  }

  // Nor for this: but a client may not ask for the name that it was asked for.
  private var isClient: Bool {
    var (type, length) = (UInt32(), 0)
    return unsafe gnutls_server_name_get(pointer, nil, &length, &type, 0) == GNUTLS_E_INVALID_REQUEST
  }

  /// Offers session data for resumption (`gnutls_session_set_data`).
  ///
  /// Only authentic bytes may come here: damaged ones make GnuTLS crash, at the latest when the session is freed.
  func setData(_ data: [UInt8]) throws(GnuTLSError) {
    try GnuTLSError.check(
      unsafe data.withUnsafeBytes { unsafe gnutls_session_set_data(pointer, $0.baseAddress, $0.count) })
  }

  /// Packs the session's newest ticket (`gnutls_session_get_data2`).
  ///
  /// Under TLS 1.3 call it only where a ticket is known to be there: else it waits, and can swallow application data.
  func packedData() throws(GnuTLSError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try GnuTLSError.check(unsafe gnutls_session_get_data2(pointer, &datum))
    // The datum is ours, and full of secrets: copied, overwritten, freed.
    defer {
      unsafe gnutls_memset(datum.data, 0, Int(datum.size))
      unsafe cgnutls_free(datum.data)
    }
    return unsafe Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
  }

  var isResumed: Bool { unsafe gnutls_session_is_resumed(pointer) != 0 }

  private var flags: UInt32 { unsafe gnutls_session_get_flags(pointer) }

  /// A session ticket has been received on this connection.
  var hasReceivedTicket: Bool { flags & UInt32(GNUTLS_SFLAGS_SESSION_TICKET.rawValue) != 0 }

  /// The handshake returned before the server's Finished message came (RFC 7918).
  var usedFalseStart: Bool { flags & UInt32(GNUTLS_SFLAGS_FALSE_START.rawValue) != 0 }

  /// RFC 7627: without it a TLS 1.2 session must not be resumed.
  var hasExtendedMasterSecret: Bool { unsafe gnutls_session_ext_master_secret_status(pointer) != 0 }

  var protocolVersion: gnutls_protocol_t { unsafe gnutls_protocol_get_version(pointer) }

  var isTLS13: Bool { protocolVersion == GNUTLS_TLS1_3 }

  var cipher: gnutls_cipher_algorithm_t { unsafe gnutls_cipher_get(pointer) }

  /// The key exchange's group; 0 where none took part.
  var group: UInt32 { unsafe gnutls_group_get(pointer).rawValue }

  /// The session id: TLS 1.3's is the `legacy_session_id` of this connection's ClientHello.
  var sessionID: [UInt8] {
    var datum = unsafe gnutls_datum_t()
    // Borrowed: it lives in the session.
    guard unsafe gnutls_session_get_id2(pointer, &datum) == 0 else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
  }

  /// How many certificates the peer presented.
  var peerChainLength: Int {
    var count: UInt32 = 0
    // Borrowed: the list lives in the session.
    return unsafe gnutls_certificate_get_peers(pointer, &count) == nil ? 0 : Int(count)
  }

  /// The certificates that the peer presented, leaf first, in DER; after a resumption, those of the session data.
  var peerChain: [[UInt8]] {
    var count: UInt32 = 0
    // Borrowed: the list lives in the session.
    guard let list = unsafe gnutls_certificate_get_peers(pointer, &count) else { return [] }
    var chain: [[UInt8]] = []
    for index in 0..<Int(count) {
      unsafe chain.append(Array(UnsafeRawBufferPointer(start: list[index].data, count: Int(list[index].size))))
    }
    return chain
  }

  /// The stapled OCSP responses of a chain of this length, in DER; empty where there is none.
  func staples(chainLength: Int) -> [[UInt8]] {
    var staples = [[UInt8]](repeating: [], count: chainLength)
    for index in 0..<chainLength {
      var datum = unsafe gnutls_datum_t()
      // Borrowed: the response lives in the session.
      guard unsafe gnutls_ocsp_status_request_get2(pointer, UInt32(index), &datum) == 0 else { continue }
      unsafe staples[index] = Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
    }
    return staples
  }

  /// Offers protocols by ALPN, by exactly these bytes.
  /// - Throws: If they are more, or longer, than GnuTLS takes.
  func setApplicationProtocols(_ names: [String]) throws(GnuTLSError) {
    // One behind the other.
    var bytes: [UInt8] = []
    var counts: [Int] = []
    for name in names {
      bytes += name.utf8
      counts.append(name.utf8.count)
    }
    let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      var data: [gnutls_datum_t] = unsafe []
      for count in counts {
        // What GnuTLS takes is much shorter.
        unsafe data.append(gnutls_datum_t(data: start, size: UInt32(clamping: count)))
        unsafe start = start.map { unsafe $0 + count }
      }
      return unsafe gnutls_alpn_set_protocols(pointer, data, UInt32(clamping: data.count), 0)
    }
    try GnuTLSError.check(code)
  }

  /// The server has asked for a client's certificate within this handshake.
  var wasAskedForCertificate: Bool { unsafe gnutls_certificate_client_get_request_status(pointer) != 0 }

  /// The server has taken the early data that came with the ClientHello.
  var hasAcceptedEarlyData: Bool { flags & UInt32(GNUTLS_SFLAGS_EARLY_DATA.rawValue) != 0 }

  /// Has bytes sent with the ClientHello (`gnutls_record_send_early_data`): after session data were set, and only if their
  /// ticket allows that many. It sets `GNUTLS_ENABLE_EARLY_DATA`, with which GnuTLS announces some with any resumption.
  func sendEarly(_ bytes: [UInt8]) throws(GnuTLSError) {
    // 0 says that all were taken.
    let code = unsafe bytes.withUnsafeBytes { unsafe gnutls_record_send_early_data(pointer, $0.baseAddress, $0.count) }
    try GnuTLSError.check(Int32(clamping: code))
  }

  /// When the client's certificate is valid that was shown in this handshake; always, if none was.
  var ownCertificateValidity: Validity {
    // Borrowed: it lives in the credentials.
    guard let ours = unsafe gnutls_certificate_get_ours(pointer)?.pointee, unsafe ours.size > 0 else {
      return Validity()
    }
    let der = unsafe Array(UnsafeRawBufferPointer(start: ours.data, count: Int(ours.size)))
    // One that can't be read tells no dates: never.
    return (try? CertificateChain([der]))?.validity ?? Validity(from: .max, until: .min)
  }

  /// The protocol that ALPN chose, if any.
  var applicationProtocol: [UInt8]? {
    var datum = unsafe gnutls_datum_t()
    // Borrowed: it lives in the session.
    guard unsafe gnutls_alpn_get_selected_protocol(pointer, &datum) == 0 else { return nil }
    return unsafe Array(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
  }

  /// After a handshake: whether application data have come, and before a fatal alert if there was one. Nil if what has come
  /// may be data or not: a goodbye, or in DTLS a Finished that was sent again. Records are counted, and of TLS 1.3's tickets
  /// each is taken for one; of TLS 1.2's Finished, too.
  func hasReceivedData(besides tickets: Int, wasAlert: Bool, isDatagram: Bool) -> Bool? {
    guard let count = recordCount(ofReading: true) else { return nil }
    let others = isTLS13 ? UInt64(max(0, tickets)) : 1
    // Who sends again waits twice as long each time (RFC 6347, section 4.2.4.1), and gives up long before as many.
    let repeated: UInt64 = isDatagram ? 16 : 0
    if count > others &+ 1 &+ repeated { return true }
    return count <= others &+ (wasAlert ? 1 : 0) ? false : nil
  }

  /// After a handshake: whether something was sent since. A goodbye can't be told from data.
  var hasSentData: Bool {
    guard let count = recordCount(ofReading: false) else { return false }
    return count > (isTLS13 ? 0 : 1)
  }

  /// How many records were read, or written, under the present keys.
  private func recordCount(ofReading isReading: Bool) -> UInt64? {
    var sequence: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
    guard unsafe gnutls_record_get_state(pointer, isReading ? 1 : 0, nil, nil, nil, &sequence) == 0 else { return nil }
    var count: UInt64 = 0
    for byte in sequence { count = count << 8 | UInt64(byte) }
    // In DTLS the number of the keys stands before (RFC 6347, section 4.1).
    return count & 0xFFFF_FFFF_FFFF
  }

  /// The alert that came last.
  var lastAlert: UInt32 { unsafe gnutls_alert_get(pointer).rawValue }
}
