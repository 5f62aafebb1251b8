import TestPeers
import Testing

/// Words that are no text, where text is asked for.
struct OddWordTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// A script in which `$ODD` is a name of Latin-1.
  private func shell(_ script: String) throws -> ProcessResult {
    try tool.shell("ODD=$(printf 'caf\\351'); \(script)")
  }

  @Test(
    "What must be text is an error in one line",
    arguments: [
      "connect localhost --server-name \"$ODD\"", "connect localhost --alpn \"$ODD\"",
      "connect localhost --priority \"$ODD\"", "connect \"$ODD\"", "forget \"$ODD:443\"",
    ])
  func text(command: String) throws {
    let result = try shell("\"$TOOL\" \(command)")
    #expect(result.isFailure(saying: "it is no text (UTF-8)", status: 64), "\(result)")
  }

  @Test(
    "An option or a command that is no text isn't known, and said so in one line",
    arguments: [
      "list --\"$ODD\"", "run --\"$ODD\" -- true", "\"$ODD\"", "list --\"$(printf '\\nx\\033[31m')\"",
    ])
  func unknown(command: String) throws {
    let result = try shell("\"$TOOL\" \(command)")
    #expect(result.isFailure(saying: "--help' for more information", status: 64), "\(result)")
    #expect(!result.standardError.contains("\u{1B}"))
  }
}
