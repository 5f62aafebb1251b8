import BenchmarkReport
import Foundation

/// wget2 with a file of many servers' sessions.
private enum PeerSessions {
  /// Repeats the session of a first contact under many other names.
  static func fill(_ path: String, servers: Int, wget2: Command) throws {
    _ = try Launcher.run(wget2)
    // Comments, then lines of host, time, lifetime and session data.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let session = text.split(separator: "\n").last { !$0.hasPrefix("#") }
    guard let fields = session?.split(separator: " ", maxSplits: 1), fields.count == 2 else {
      throw Failure("wget2 kept no session")
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    for start in stride(from: 1, to: servers, by: 1_000) {
      let numbers = start..<min(start + 1_000, servers)
      try file.write(contentsOf: Data(numbers.map { "server\($0).example \(fields[1])\n" }.joined().utf8))
    }
  }
}

extension Plan {
  static func peerWithManySessions(_ servers: Int) -> [Plan] {
    [
      Plan(
        name: "6", title: "resumed, whole process, wget2 over ours, both with \(servers) servers stored",
        goal: .atLeast(300), pairs: 11
      ) { workbench, repetition in
        try workbench.requirePeers()
        try workbench.installTrust()
        let bench = try FullStores(workbench)
        let sessions = workbench.newPath("sessions")
        let wget2 = try Clients(workbench, of: bench.server).wget2(sessions: sessions)
        try PeerSessions.fill(sessions, servers: servers, wget2: wget2)
        return Measurement(
          try repetition.pairs(.milliseconds) {
            try Launcher.run(wget2).wall
          } over: {
            try Launcher.run(bench.full).wall
          })
      }
    ]
  }
}
