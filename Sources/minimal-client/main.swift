// What a small program pays that connects by GnuTLSResumption: one GET, and out. With --report it says what it took.
// Built in Embedded Swift for the benchmark, by .ci/embedded: hence typed errors, and arguments that aren't the runtime's.
import CProcessArguments
import Glibc

guard let options = Options(arguments().dropFirst()) else {
  put(Options.usage, to: STDERR_FILENO)
  exit(64)
}
do throws(Failure) {
  var client = Client(options)
  var ignored = Totals()
  for _ in 0..<options.warmUp { try client.exchange(&ignored, isCounted: false) }
  var totals = Totals()
  for _ in 0..<options.count { try client.exchange(&totals, isCounted: true) }
  if options.reports { put("\(totals)\n", to: STDOUT_FILENO) }
} catch {
  put("minimal-client: \(error)\n", to: STDERR_FILENO)
  exit(1)
}

/// The process's arguments, with its own name.
func arguments() -> [String] {
  var count: Int32 = 0
  let words = unsafe cprocessarguments(&count)
  return (0..<Int(count)).compactMap { index in unsafe words?[index].map { unsafe String(cString: $0) } }
}

/// Writes a short text at once.
func put(_ text: String, to descriptor: Int32) {
  let bytes = Array(text.utf8)
  _ = unsafe write(descriptor, bytes, bytes.count)
}
