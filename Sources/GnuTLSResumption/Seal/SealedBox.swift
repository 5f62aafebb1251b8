internal import CGnuTLS
internal import SessionTickets

/// AES-256-GCM under a key that is used once: HKDF-Expand of the master key over a purpose and a random id.
///
/// A box is nonce (12 bytes), ciphertext, tag (16 bytes).
enum SealedBox {
  /// What a box is for: its key fits no other.
  struct Purpose {
    fileprivate let bytes: [UInt8]

    static let record = Purpose(bytes: Array("gnutls-resume/1 record\0".utf8))
    static let note = Purpose(bytes: Array("gnutls-resume/1 note\0".utf8))
    static let slotKey = Purpose(bytes: Array("gnutls-resume/1 slot key\0".utf8))
    static let serverSession = Purpose(bytes: Array("gnutls-resume/1 server session\0".utf8))
  }

  static let nonceSize = 12
  static let tagSize = 16
  /// By how much a box is longer than what is in it, in bytes.
  static let overhead = nonceSize + tagSize

  /// Appends the box to what stands before it.
  static func seal(
    _ plaintext: [UInt8], associatedData: [UInt8], purpose: Purpose, id: RecordID, key: MasterKey,
    to result: inout [UInt8]
  ) throws(GnuTLSError) {
    let start = result.count
    result.append(contentsOf: repeatElement(0, count: overhead + plaintext.count))
    let code = unsafe withCipher(purpose, id, key) { cipher in
      var size = plaintext.count + tagSize
      return unsafe result.withUnsafeMutableBytes { result in
        unsafe associatedData.withUnsafeBytes { data in
          unsafe plaintext.withUnsafeBytes { plaintext in
            let box = unsafe result.baseAddress! + start
            let code = unsafe gnutls_rnd(GNUTLS_RND_NONCE, box, nonceSize)
            guard code == 0 else { return code }
            return unsafe gnutls_aead_cipher_encrypt(
              cipher, box, nonceSize, data.baseAddress, data.count, tagSize, plaintext.baseAddress, plaintext.count,
              box + nonceSize, &size)
          }
        }
      }
    }
    try GnuTLSError.check(code)
  }

  /// Returns nil unless every byte is as it was sealed, for this purpose, id, key and associated data.
  static func open(
    _ box: ArraySlice<UInt8>, associatedData: [UInt8], purpose: Purpose, id: RecordID, key: MasterKey
  ) -> [UInt8]? {
    guard box.count >= overhead else { return nil }
    var plaintext = [UInt8](repeating: 0, count: box.count - overhead)
    var size = plaintext.count
    let code = unsafe withCipher(purpose, id, key) { cipher in
      unsafe plaintext.withUnsafeMutableBytes { plaintext in
        unsafe associatedData.withUnsafeBytes { data in
          unsafe box.withUnsafeBytes { box in
            unsafe gnutls_aead_cipher_decrypt(
              cipher, box.baseAddress, nonceSize, data.baseAddress, data.count, tagSize, box.baseAddress! + nonceSize,
              box.count - nonceSize, plaintext.baseAddress, &size)
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

  private static func withCipher(
    _ purpose: Purpose, _ id: RecordID, _ key: MasterKey, _ body: (gnutls_aead_cipher_hd_t?) -> Int32
  ) -> Int32 {
    // On the stack: each connection does this three times.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: purpose.bytes.count + RecordID.byteCount) { info in
      let end = unsafe info.update(fromContentsOf: purpose.bytes)
      unsafe id.copyBytes(to: UnsafeMutableBufferPointer(rebasing: info[end...]))
      return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: keySize) { boxKey in
        defer { unsafe gnutls_memset(boxKey.baseAddress, 0, boxKey.count) }
        var code = unsafe key.expand(info, into: boxKey)
        guard code == 0 else { return code }
        var datum = unsafe gnutls_datum_t(data: boxKey.baseAddress, size: UInt32(keySize))
        var cipher: gnutls_aead_cipher_hd_t?
        code = unsafe gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM, &datum)
        guard code == 0 else { return code }
        defer { unsafe gnutls_aead_cipher_deinit(cipher) }
        return unsafe body(cipher)
      }
    }
  }

  /// Of AES-256.
  private static let keySize = 32
}
