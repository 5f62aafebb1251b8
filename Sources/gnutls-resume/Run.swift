import ArgumentParser
import Glibc

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a program so that its GnuTLS connections resume across runs.",
    discussion: """
      The program's children resume as well. Programs with set-user-ID or set-group-ID bits, and those without the \
      dynamic loader, are not touched: the loader sees to that. Options of this command stand before the program's name.
      """)

  @OptionGroup var options: PreloadOptions

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
  var command: [String] = []

  func validate() throws {
    // All that follows the program's name is the program's: so is, to the parser, what comes before it unknown.
    switch command.first {
    case "--help", "-h": throw CleanExit.helpRequest(self)
    case "--version": throw CleanExit.message(GnuTLSResume.configuration.version)
    case let word? where word.hasPrefix("-") && word != "--": throw ValidationError("Unknown option '\(word)'.")
    default: break
    }
    guard program.first?.isEmpty == false else { throw ValidationError("There is no command to run.") }
  }

  private var program: ArraySlice<String> { command.first == "--" ? command.dropFirst() : command[...] }

  func run() throws {
    try reportingFailure {
      let files = try PreloadFiles()
      try options.checkLog()
      for (name, value) in options.variables { unsafe setenv(name, value, 1) }
      unsafe setenv("LD_PRELOAD", preloads(files), 1)
      throw execute()
    }
  }

  private func preloads(_ files: PreloadFiles) -> String {
    guard let old = unsafe getenv("LD_PRELOAD"), unsafe old.pointee != 0 else { return files.shim }
    return unsafe "\(files.shim):\(String(cString: old))"
  }

  /// Becomes the program. Returns only if that fails, with the exit code that shells give then.
  private func execute() -> ExitCode {
    // With the environment that setenv has left, and found in PATH.
    let reason = unsafe Array(program).withCStrings { arguments -> Int32 in
      guard let name = unsafe arguments[0] else { return EINVAL }
      _ = unsafe execvp(name, arguments)
      return errno
    }
    let text = unsafe reason == ENOENT ? "there is no such program" : String(cString: strerror(reason))
    StandardStreams.error("error: \(program.first ?? "") can't be run: \(text)")
    return ExitCode(reason == ENOENT ? 127 : 126)
  }
}

extension [String] {
  /// Lends the strings as a C array that ends with a null pointer.
  fileprivate func withCStrings<Result>(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count + 1)
    for index in indices { unsafe pointers[index] = unsafe strdup(self[index]) }
    unsafe pointers[count] = nil
    defer {
      for index in indices { unsafe free(pointers[index]) }
      unsafe pointers.deallocate()
    }
    return unsafe body(pointers)
  }
}
