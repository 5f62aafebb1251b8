import Glibc

/// Says on standard error what is being measured, where that is a terminal.
struct Progress {
  private let isShown = isatty(STDERR_FILENO) == 1

  func show(_ text: @autoclosure () -> String) {
    if isShown { write("\r\u{1B}[K\(text())") }
  }

  func end() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { StandardStreams.write(text, to: STDERR_FILENO) }
}

enum StandardStreams {
  static func out(_ text: String) { write("\(text)\n", to: STDOUT_FILENO) }
  static func error(_ text: String) { write("\(text)\n", to: STDERR_FILENO) }

  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
