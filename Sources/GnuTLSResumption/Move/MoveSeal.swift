internal import CGnuTLS
internal import SessionTickets

/// Seals bytes for one recipient, so that it sees who has sealed them: HPKE in its mode `auth` (RFC 9180), with X25519,
/// HKDF-SHA256 and AES-256-GCM.
///
/// For a sealed file it isn't enough that only the recipient can read it: a recipient's public key is no secret, and who
/// can put tickets into a store can pass for every server. Here nobody but the two can have made it.
enum MoveSeal {
  /// By how much what is sealed is longer: the public key of a pair that is drawn for it, and the tag.
  static let overhead = Curve25519KeyPair.byteCount + tagSize
  private static let tagSize = SealedBox.tagSize

  /// - Parameters:
  ///   - associatedData: Is to be the same when it is opened.
  ///   - info: What it is for.
  static func seal(
    _ plaintext: [UInt8], associatedData: [UInt8], info: [UInt8], from sender: Curve25519KeyPair, to recipient: [UInt8]
  ) throws(StoreError) -> [UInt8] {
    var ephemeral = try Curve25519KeyPair(drawSecret())
    defer { ephemeral.wipe() }
    // AuthEncap, section 4.1.
    var secret = try Self.secret(of: [ephemeral, sender], with: [recipient, recipient])
    defer { secret.wipe() }
    var keys = try Keys(secret, context: ephemeral.publicKey + recipient + sender.publicKey, info: info)
    defer { keys.wipe() }
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagSize)
    var size = sealed.count
    let code = unsafe keys.withCipher { cipher, nonce in
      unsafe sealed.withUnsafeMutableBytes { sealed in
        unsafe plaintext.withUnsafeBytes { plaintext in
          unsafe associatedData.withUnsafeBytes { data in
            unsafe gnutls_aead_cipher_encrypt(
              cipher, nonce.baseAddress, nonce.count, data.baseAddress, data.count, tagSize, plaintext.baseAddress,
              plaintext.count, sealed.baseAddress, &size)
          }
        }
      }
    }
    guard code == 0, size == sealed.count else { throw failure }
    return ephemeral.publicKey + sealed
  }

  /// Returns nil unless every byte is as this sender has sealed it for this recipient.
  static func open(
    _ sealed: ArraySlice<UInt8>, associatedData: [UInt8], info: [UInt8], from sender: [UInt8],
    to recipient: Curve25519KeyPair
  ) -> [UInt8]? {
    guard sealed.count >= overhead else { return nil }
    let ephemeral = Array(sealed.prefix(Curve25519KeyPair.byteCount))
    let box = sealed.dropFirst(Curve25519KeyPair.byteCount)
    guard var secret = try? Self.secret(of: [recipient, recipient], with: [ephemeral, sender]) else { return nil }
    defer { secret.wipe() }
    guard var keys = try? Keys(secret, context: ephemeral + recipient.publicKey + sender, info: info) else {
      return nil
    }
    defer { keys.wipe() }
    var plaintext = [UInt8](repeating: 0, count: box.count - tagSize)
    var size = plaintext.count
    let code = unsafe keys.withCipher { cipher, nonce in
      unsafe plaintext.withUnsafeMutableBytes { plaintext in
        unsafe box.withUnsafeBytes { box in
          unsafe associatedData.withUnsafeBytes { data in
            unsafe gnutls_aead_cipher_decrypt(
              cipher, nonce.baseAddress, nonce.count, data.baseAddress, data.count, tagSize, box.baseAddress, box.count,
              plaintext.baseAddress, &size)
          }
        }
      }
    }
    guard code == 0, size == plaintext.count else {
      plaintext.wipe()
      return nil
    }
    return plaintext
  }

  /// What each of these pairs shares with the public key in the same place, one behind the other.
  private static func secret(
    of pairs: [Curve25519KeyPair], with publicKeys: [[UInt8]]
  ) throws(StoreError) -> [UInt8] {
    var result: [UInt8] = []
    // So that growing leaves no copy behind.
    result.reserveCapacity(pairs.count * Curve25519KeyPair.byteCount)
    for (pair, publicKey) in zip(pairs, publicKeys) {
      var shared = try pair.shared(with: publicKey)
      result += shared
      shared.wipe()
    }
    return result
  }

  private static func drawSecret() throws(StoreError) -> [UInt8] {
    do {
      return try Random.key(Curve25519KeyPair.byteCount)
    } catch {
      throw StoreError(.unavailable, "no key can be drawn: \(error)", place: "")
    }
  }

  fileprivate static var failure: StoreError {
    StoreError(.unavailable, "GnuTLS seals nothing: AES-256-GCM, or HKDF, isn't allowed here", place: "")
  }
}

/// The key and the nonce of one message (RFC 9180, sections 4.1 and 5.1).
private struct Keys {
  private var key: [UInt8]
  private var nonce: [UInt8]

  init(_ secret: [UInt8], context: [UInt8], info: [UInt8]) throws(StoreError) {
    let kem = LabelledHKDF(suite: Array("KEM".utf8) + [0x00, 0x20])
    var prk = try kem.extract(salt: [], "eae_prk", secret)
    defer { prk.wipe() }
    var shared = try kem.expand(prk, "shared_secret", context, byteCount: 32)
    defer { shared.wipe() }
    let hpke = LabelledHKDF(suite: Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, 0x02])
    let modeAuth: UInt8 = 2
    let schedule =
      try [modeAuth] + hpke.extract(salt: [], "psk_id_hash", []) + hpke.extract(salt: [], "info_hash", info)
    var last = try hpke.extract(salt: shared, "secret", [])
    defer { last.wipe() }
    key = try hpke.expand(last, "key", schedule, byteCount: 32)
    nonce = try hpke.expand(last, "base_nonce", schedule, byteCount: 12)
  }

  mutating func wipe() {
    key.wipe()
    nonce.wipe()
  }

  func withCipher(_ body: (gnutls_aead_cipher_hd_t?, UnsafeRawBufferPointer) -> Int32) -> Int32 {
    unsafe key.withDatum { datum in
      var cipher: gnutls_aead_cipher_hd_t?
      let code = unsafe gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM, datum)
      guard code == 0 else { return code }
      defer { unsafe gnutls_aead_cipher_deinit(cipher) }
      return unsafe nonce.withUnsafeBytes { unsafe body(cipher, $0) }
    }
  }
}

/// LabeledExtract and LabeledExpand with SHA-256 (RFC 9180, section 4).
private struct LabelledHKDF {
  private let suite: [UInt8]

  init(suite: [UInt8]) { self.suite = suite }

  func extract(salt: [UInt8], _ label: String, _ input: [UInt8]) throws(StoreError) -> [UInt8] {
    var labelled = Array("HPKE-v1".utf8) + suite + Array(label.utf8) + input
    defer { labelled.wipe() }
    var result = [UInt8](repeating: 0, count: 32)
    let code = unsafe result.withUnsafeMutableBytes { result in
      unsafe labelled.withDatum { input in
        unsafe salt.withDatum { salt in
          unsafe gnutls_hkdf_extract(GNUTLS_MAC_SHA256, input, salt, result.baseAddress)
        }
      }
    }
    guard code == 0 else { throw MoveSeal.failure }
    return result
  }

  func expand(_ prk: [UInt8], _ label: String, _ info: [UInt8], byteCount: UInt8) throws(StoreError) -> [UInt8] {
    let labelled = [0, byteCount] + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
    var result = [UInt8](repeating: 0, count: Int(byteCount))
    let code = unsafe result.withUnsafeMutableBytes { result in
      unsafe prk.withDatum { prk in
        unsafe labelled.withDatum { info in
          unsafe gnutls_hkdf_expand(GNUTLS_MAC_SHA256, prk, info, result.baseAddress, result.count)
        }
      }
    }
    guard code == 0 else { throw MoveSeal.failure }
    return result
  }
}
