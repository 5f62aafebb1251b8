internal import Glibc
internal import SessionTickets

/// The path of a program's file, as one line of text. Different paths are different texts, whatever bytes they are.
struct ProgramPath {
  let text: String

  /// This process's; nil where nothing tells it.
  static let own: ProgramPath? = (executable ?? started).map { ProgramPath($0) }

  init(_ bytes: [UInt8]) {
    // What isn't text all through is escaped all through: no text looks like that.
    let isText = String(validating: bytes, as: UTF8.self) != nil
    var result: [UInt8] = []
    for byte in bytes {
      if byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\\") || (!isText && byte >= 0x80) {
        result += [UInt8(ascii: "\\"), Self.digit(byte >> 4), Self.digit(byte & 15)]
      } else {
        result.append(byte)
      }
    }
    text = String(decoding: result, as: UTF8.self)
  }

  /// The file's own name.
  var name: Substring {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text[...] }
    return text[text.utf8.index(after: slash)...]
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static var executable: [UInt8]? {
    var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe path.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe readlink("/proc/self/exe", start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    // One that fills it may be cut off.
    return (1..<path.count).contains(count) ? Array(path[..<count]) : nil
  }

  /// How it was started, where there is no /proc. A relative path tells nothing: the program may have changed its folder
  /// since. Nor does a descriptor's.
  private static var started: [UInt8]? {
    guard let start = unsafe Engine.startedPath else { return nil }
    let path = unsafe RawPath(cString: start).bytes
    guard path.first == UInt8(ascii: "/") else { return nil }
    return path.starts(with: "/dev/".utf8) || path.starts(with: "/proc/".utf8) ? nil : path
  }
}
