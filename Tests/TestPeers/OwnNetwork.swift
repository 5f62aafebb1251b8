import CSessionTicketsTrials
import Foundation
import Glibc

/// A network of a test's own: a loopback interface, and settings that concern nobody else. Needs ``Peer/superuser``.
public enum OwnNetwork {
  /// Runs something there, on this thread. Threads and processes that it starts are there for ever.
  /// - Parameter fastOpen: See ``setFastOpen(_:)``.
  public static func run<Result>(fastOpen: Int, _ body: () throws -> Result) throws -> Result {
    let before = trial_enter_network()
    guard before >= 0 else { throw PeerError("no network of its own: error \(errno)") }
    defer {
      guard trial_leave_network(before) == 0 else { fatalError("this thread can't leave a network: error \(errno)") }
    }
    let result = try ProcessRunner.run(["ip", "link", "set", "lo", "up"])
    guard result.status == 0 else { throw PeerError("no loopback interface: \(result.output)") }
    try setFastOpen(fastOpen)
    return try body()
  }

  /// Sets the network's `net.ipv4.tcp_fastopen`: 1 lets clients open connections fast, 2 lets servers.
  public static func setFastOpen(_ value: Int) throws {
    // In place: what is written under another name and renamed doesn't get there.
    try Data("\(value)\n".utf8).write(to: URL(fileURLWithPath: "/proc/sys/net/ipv4/tcp_fastopen"))
  }

  /// What the network's kernel has counted of TCP, such as `TCPFastOpenActive`; nil if it doesn't count that.
  public static func count(_ name: String) throws -> Int? {
    // Not in /proc/net, which is the first thread's.
    let lines = try String(contentsOfFile: "/proc/thread-self/net/netstat", encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: " ") }
    for (names, values) in zip(lines, lines.dropFirst()) where names.first == "TcpExt:" && values.first == "TcpExt:" {
      return names.firstIndex(of: name[...]).flatMap { Int(values[$0]) }
    }
    return nil
  }
}
