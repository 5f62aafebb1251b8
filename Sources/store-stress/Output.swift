import Glibc

/// Writes one line, in one write, to a descriptor; standard output by default.
func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
  let bytes = Array("\(line)\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
}

struct ExerciseError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
