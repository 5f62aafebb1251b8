import Foundation
import SessionTicketsLocking

/// A `scriptable-tls-server` on 127.0.0.1, in a process of its own. It ends with this object, and with this process.
final class Server {
  let port: UInt16
  private let process = Process()
  private let input = Pipe()
  private let lines: Lines

  /// Answers each request with the same body, which is also a list of branches that git understands.
  private static let body = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\trefs/heads/main\n"

  /// - Parameter options: Of the server's command line.
  init(_ workbench: Workbench, _ options: [String]) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try Products.built("scriptable-tls-server"))
    process.arguments =
      (options.contains("--certificate") ? [] : ["--certificate", Fixture.chain, "--key", Fixture.key])
      + ["--http", Self.body] + options
    process.environment = workbench.environment()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let lines = Lines()
    self.lines = lines
    let descriptor = dup(output.fileHandleForReading.fileDescriptor)
    Thread.detachNewThread { lines.read(from: descriptor) }
    guard let first = lines.wait(for: 1).first, let port = first.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw Failure("the server doesn't listen") }
    self.port = port
  }

  deinit { stop() }

  /// How many connections have ended.
  var connectionCount: Int { lines.count - 1 }

  /// Waits until one connection more than `before` has ended, and tells whether it was resumed.
  func isResumed(after before: Int) throws -> Bool {
    let lines = lines.wait(for: before + 2)
    guard lines.count >= before + 2 else { throw Failure("the server saw no connection") }
    return lines[before + 1].contains("\"resumed\":true")
  }

  /// Waits until one connection more than `before` has ended, and checks that it was resumed, or that it wasn't.
  /// - Parameter isResumed: Nil for either.
  func expectConnection(after before: Int, isResumed: Bool?) throws {
    let wasResumed = try self.isResumed(after: before)
    guard let isResumed, isResumed != wasResumed else { return }
    throw Failure("a connection was \(isResumed ? "not resumed" : "resumed"), unlike what was to be measured")
  }

  func stop() {
    guard process.isRunning else { return }
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}

/// The lines that a process has written so far.
private final class Lines: Sendable {
  private let complete = Lock<[String]>([])

  var count: Int { complete.withLock { $0.count } }

  /// Returns what there is when it is that many, or after five seconds.
  func wait(for count: Int) -> [String] {
    let end = monotonicSeconds() + 5
    while true {
      let lines = complete.withLock { $0 }
      if lines.count >= count || monotonicSeconds() > end { return lines }
      usleep(100)
    }
  }

  func read(from descriptor: Int32) {
    defer { close(descriptor) }
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Foundation.read(descriptor, &buffer, buffer.count)
      if count <= 0 { return }
      rest += buffer.prefix(count)
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest.removeFirst(end + 1)
        complete.withLock { $0.append(line) }
      }
    }
  }
}
