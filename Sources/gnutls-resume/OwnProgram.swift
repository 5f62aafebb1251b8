import CGnuTLSResume
import Glibc

/// This program's own file, for further processes of it.
@safe struct OwnProgram: ~Copyable {
  private let path: UnsafeMutablePointer<CChar>

  init() throws {
    guard let path = unsafe gnutls_resume_own_file(ProcessArguments.raw.words[0]) else {
      throw DemoFailure(description: "this program's own file can't be found, so that it can't be started again")
    }
    unsafe self.path = path
  }

  deinit { unsafe free(path) }

  /// Runs a process of it until it ends.
  /// - Parameters:
  ///   - words: What follows the program's name.
  ///   - output: The file that gets what it says.
  ///   - errors: The file that gets what it complains of.
  /// - Returns: The exit code; 128 and the signal's number for a process that was ended by one.
  func run(_ words: [String], output: String, errors: String) throws -> Int32 {
    var arguments = unsafe [strdup(path)] + words.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    let code = unsafe gnutls_resume_run_child(path, &arguments, output, errors)
    guard code >= 0 else {
      throw DemoFailure(description: "this program can't be started again: \(unsafe String(cString: strerror(errno)))")
    }
    return code
  }
}
