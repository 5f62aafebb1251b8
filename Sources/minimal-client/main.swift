// What a small program pays that connects by GnuTLSResumption: one GET, and out. With --report it says what it took.
import Glibc

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  put(Options.usage, to: STDERR_FILENO)
  exit(64)
}
do {
  var client = Client(options)
  var ignored = Totals()
  for _ in 0..<options.warmUp { try client.exchange(&ignored) }
  var totals = Totals()
  for _ in 0..<options.count { try client.exchange(&totals) }
  if options.reports { put("\(totals)\n", to: STDOUT_FILENO) }
} catch {
  put("minimal-client: \(error)\n", to: STDERR_FILENO)
  exit(1)
}

/// Writes a short text at once.
func put(_ text: String, to descriptor: Int32) {
  let bytes = Array(text.utf8)
  _ = unsafe write(descriptor, bytes, bytes.count)
}
