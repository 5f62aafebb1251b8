import Glibc

/// The whole file; nil if it can't be read.
func contents(of path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16_384)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count < 0 { return nil }
    if count == 0 { return result }
    result += buffer.prefix(count)
  }
}

/// Writes to a descriptor at once: output must not wait in a buffer that a killed process loses.
func put(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    if count <= 0 { return }
    rest = rest.dropFirst(count)
  }
}

/// Reads standard input until it ends, and does something else every half a second.
func waitForEndOfInput(meanwhile: () -> Void) {
  var buffer = [UInt8](repeating: 0, count: 256)
  var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
  while true {
    let count = unsafe poll(&entry, 1, 500)
    if count == 0 { meanwhile() } else if unsafe count < 0 || read(STDIN_FILENO, &buffer, buffer.count) <= 0 { return }
  }
}
