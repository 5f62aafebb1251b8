import TestPeers

/// The tool's way to run other programs.
enum Preload {
  /// What stands before a command that is to resume by tickets in `store`. Nil: the tool that was built can't do that.
  static func prefix(store: String) throws -> [String]? {
    let tool = try BuiltProducts.executable("gnutls-resume")
    guard try isSupported(by: tool) else { return nil }
    return [tool, "run", "--store", store, "--"]
  }

  private static func isSupported(by tool: String) throws -> Bool {
    try ProcessRunner.run([tool, "run", "--help"]).standardOutput.contains("USAGE: gnutls-resume run")
  }
}
