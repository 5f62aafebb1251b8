import TestPeers

/// How a program is started: what stands before its command, and what its environment holds besides the bare minimum.
struct Launch: Sendable {
  var prefix: [String] = []
  var environment: [String: String] = [:]

  /// As it is.
  static let plain = Launch()

  /// A command with the prefix, in an environment that holds nothing of the user who runs the tests. Variables such as
  /// `LD_PRELOAD` reach the command, and not what starts it.
  func command(_ command: [String], home: String) -> [String] {
    let bare = ["HOME": home, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"]
    let variables = bare.merging(environment) { _, new in new }.sorted { $0.key < $1.key }
    return ["env", "-i"] + variables.map { "\($0.key)=\($0.value)" } + prefix + command
  }
}
