import CGnuTLSResume
import Glibc
import SessionTickets

/// The lines that have a shell's programs resume whenever it starts. They ask the launcher, so that the library stands
/// behind what is preloaded by then, and do nothing once it is gone.
struct ShellLines {
  let launcher: RawPath
  let options: [[UInt8]]

  /// - Parameter undoing: The command that takes them away.
  func body(for shell: Shell, undoing: String) throws -> [UInt8] {
    let dialect: Shell =
      switch shell {
      case .fish: .fish
      case .csh, .tcsh: .csh
      default: .posix
      }
    let program = try quoted(launcher.bytes, dialect)
    var words = [program, Array("env".utf8)]
    if dialect != .posix { words.append(Array("--shell \(dialect.rawValue)".utf8)) }
    words += try options.map { try quoted($0, dialect) }
    let command = Array(words.joined(separator: [UInt8(ascii: " ")]))
    let comment = Array("# Programs that use GnuTLS resume their TLS sessions. To undo this: \(undoing)\n".utf8)
    let parts: (String, String, String) =
      switch dialect {
      case .fish: ("if test -x ", "\n    ", " | source\nend\n")
      case .csh: ("if ( -x ", " ) then\n    eval \"`", "`\"\nendif\n")
      default: ("if [ -x ", " ]; then eval \"$(", ")\"; fi\n")
      }
    return comment + Array(parts.0.utf8) + program + Array(parts.1.utf8) + command + Array(parts.2.utf8)
  }

  /// Only where it must be.
  private func quoted(_ word: [UInt8], _ shell: Shell) throws -> [UInt8] {
    let isPlain = word.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="):
        true
      default: false
      }
    }
    if isPlain, !word.isEmpty { return word }
    let path = RawPath(bytes: word)
    // In a command's output within quotes, there is no quoting that both kinds of it understand.
    guard shell != .csh else { throw FileFailure("\(path) has characters in it that csh's start files can't name") }
    guard !word.contains(where: { $0 < 0x20 || $0 == 0x7f }),
      let text = unsafe path.withCString({ unsafe gnutls_resume_quoted(shell.rawValue, $0) })
    else { throw FileFailure("\(path) has a control character in it, which start files can't name") }
    defer { unsafe free(text) }
    return unsafe RawPath(cString: text).bytes
  }
}
