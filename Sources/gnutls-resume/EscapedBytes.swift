import Glibc

// The parser takes text, and a path is bytes. On its way through the parser each byte that is no UTF-8 is a scalar of a
// range for private use; and where a word has scalars of this range itself, their bytes are escaped too. So every word
// comes out as it went in.

/// What stands for a byte of 0. Only bytes from 0x80 on are escaped: what is ASCII always is text.
private let firstEscape: UInt32 = 0x10_FE00

extension UnicodeScalar {
  /// Whether it stands for a byte that is no text.
  var isEscapedByte: Bool { value >= firstEscape + 0x80 && value <= firstEscape + 0xFF }

  fileprivate init(escaping byte: UInt8) { self = UnicodeScalar(firstEscape + UInt32(byte)) ?? "\u{FFFD}" }
}

extension String {
  /// A word as C has it, with what is no text escaped.
  init(escaping word: UnsafePointer<CChar>) {
    unsafe self.init(escaping: UnsafeRawBufferPointer(start: word, count: strlen(word)))
  }

  init(escaping word: some Sequence<UInt8>) {
    self.init()
    let bytes = Array(word)
    var parser = UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var parsed = 0
    while true {
      let length: Int
      var scalar: UnicodeScalar?
      switch parser.parseScalar(from: &input) {
      case .emptyInput: return
      case .error(let count): length = count
      case .valid(let encoded):
        length = encoded.count
        scalar = UTF8.decode(encoded)
      }
      if let scalar, !scalar.isEscapedByte {
        unicodeScalars.append(scalar)
      } else {
        for byte in bytes[parsed..<parsed + length] { unicodeScalars.append(UnicodeScalar(escaping: byte)) }
      }
      parsed += length
    }
  }

  /// The bytes of a word that was escaped.
  var unescapedBytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if scalar.isEscapedByte {
        result.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        result += String(scalar).utf8
      }
    }
    return result
  }
}
