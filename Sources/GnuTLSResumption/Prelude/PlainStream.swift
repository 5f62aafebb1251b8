internal import Glibc

/// What is said in the clear on a connection, before TLS begins on it. What the other side says is bounded, in bytes and time,
/// and nothing of it lasts until TLS has begun.
final class PlainStream {
  /// What all may have that the other side says, and one line of it, in bytes.
  private static let mostBytes = 64 * 1_024
  private static let mostOfLine = 4_096

  private let descriptor: Int32
  private let deadline: Deadline
  /// Who talks, for messages; and what it is that fails if something does.
  private var peer: String
  private var code: ConnectionError.Code
  /// What has come, and nobody has looked at.
  private var waiting: [UInt8] = []
  private var received = 0

  /// - Parameter socket: Is borrowed, as long as this lives.
  init(_ socket: borrowing TCPSocket, to peer: String, failingAs code: ConnectionError.Code, deadline: Deadline) {
    descriptor = socket.descriptor
    self.deadline = deadline
    self.peer = peer
    self.code = code
  }

  /// From here on it is somebody else who talks.
  func reaches(_ peer: String, failingAs code: ConnectionError.Code) {
    self.peer = peer
    self.code = code
  }

  func failure(_ message: String, errno: Int32 = 0) -> ConnectionError {
    ConnectionError(code, "\(peer) \(message)", errno: errno)
  }

  /// The same, with the beginning of what it has answered.
  func failure(_ message: String, answer: [UInt8]) -> ConnectionError {
    let shown = answer.prefix(120).map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
    return failure("\(message): '\(String(decoding: shown, as: UTF8.self))'")
  }

  // MARK: Saying

  func send(_ text: String) throws(ConnectionError) { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws(ConnectionError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        try wait(POLLOUT)
      } else if errno != EINTR {
        throw failure("can't be told anything before TLS", errno: errno)
      }
    }
  }

  // MARK: Listening

  /// The next line, without its end.
  func line() throws(ConnectionError) -> [UInt8] {
    var looked = 0
    while true {
      for index in looked..<waiting.count where waiting[index] == UInt8(ascii: "\n") {
        var line = take(index + 1)
        line.removeLast()
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
      }
      looked = waiting.count
      guard looked <= Self.mostOfLine else { throw failure("says too much before TLS") }
      try listen()
    }
  }

  /// So many bytes.
  func bytes(_ count: Int) throws(ConnectionError) -> [UInt8] {
    while waiting.count < count { try listen() }
    return take(count)
  }

  /// All up to the first of these texts, with that.
  func text(to ends: [StaticString]) throws(ConnectionError) -> [UInt8] {
    while true {
      var first: Int?
      for end in ends {
        if let index = waiting.end(of: end) { first = min(index, first ?? index) }
      }
      if let first { return take(first) }
      try listen()
    }
  }

  /// What has come besides must not be taken for what comes by TLS, nor be left out unseen: somebody on the path may have put
  /// it there (CVE-2011-0411, CVE-2021-23222). A TLS server says nothing before the client does.
  func requireSilence() throws(ConnectionError) {
    var byte: UInt8 = 0
    let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
    guard waiting.isEmpty, unsafe recv(descriptor, &byte, 1, flags) <= 0 else {
      throw failure("goes on in the clear where TLS is to begin; somebody on the way may have put that there")
    }
  }

  private func take(_ count: Int) -> [UInt8] {
    let result = Array(waiting.prefix(count))
    waiting.removeFirst(min(count, waiting.count))
    return result
  }

  /// Waits for more.
  private func listen() throws(ConnectionError) {
    guard received < Self.mostBytes else { throw failure("says too much before TLS") }
    var part = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe part.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 {
        received += count
        waiting += part.prefix(count)
        return
      }
      guard count < 0 else { throw failure("closes the connection before TLS") }
      if errno == EAGAIN {
        try wait(POLLIN)
      } else if errno != EINTR {
        throw failure("breaks the connection before TLS", errno: errno)
      }
    }
  }

  private func wait(_ events: Int32) throws(ConnectionError) {
    guard !deadline.hasPassed, TCPSocket.wait(for: descriptor, events, until: deadline) else {
      throw ConnectionError(.timedOut, "\(peer) takes too long before TLS: the time limit has passed")
    }
  }
}

extension [UInt8] {
  /// Where a text ends that stands in it first; nil if it doesn't.
  func end(of text: StaticString) -> Int? {
    text.withUTF8Buffer { text in
      guard count >= text.count else { return nil }
      for start in 0...(count - text.count) {
        var length = 0
        while length < text.count, unsafe self[start + length] == text[length] { length += 1 }
        if length == text.count { return start + length }
      }
      return nil
    }
  }

  func holds(_ text: StaticString) -> Bool { end(of: text) != nil }

  /// Whether it begins so; letters of ASCII count without case.
  func begins(with text: StaticString) -> Bool {
    text.withUTF8Buffer { text in
      guard count >= text.count else { return false }
      for index in 0..<text.count where unsafe self[index].lowercase != text[index].lowercase { return false }
      return true
    }
  }
}

extension UInt8 {
  fileprivate var lowercase: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
