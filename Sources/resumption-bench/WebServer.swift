import Foundation

/// nginx on 127.0.0.1, one process that ends with this object, and with this process.
final class WebServer {
  let port: UInt16
  private let process: Launched
  private let folder: String
  private var seenBytes: UInt64 = 0

  /// How a connection began, as nginx logs it.
  struct Handshake {
    let isResumed: Bool
    /// `TLSv1.3`, say.
    let version: String
  }

  /// - Parameter answersEarly: Takes early data, and what comes with a SYN.
  init(_ workbench: Workbench, answersEarly: Bool = false) throws {
    let nginx = try Self.executable()
    folder = try workbench.newFolder("nginx")
    port = try Self.freePort()
    try Self.writeSite(folder)
    try Self.write(Self.configuration(folder, port: port, answersEarly: answersEarly), to: "\(folder)/nginx.conf")
    // The shell outlives nginx only to end it: by its standard input it notices the end of this process. By force, as who
    // started this one may have blocked all other signals.
    process = try Launcher.start(
      Command(
        words: [
          "/bin/sh", "-c", "\"$0\" -e \"$1/error.log\" -c \"$1/nginx.conf\" & read -r line; kill -KILL $!", nginx,
          folder,
        ],
        environment: workbench.environment(), input: ""), isCaptured: false)
    try waitUntil("nginx doesn't listen") { FileManager.default.fileExists(atPath: "\(folder)/pid") }
    try waitUntil("nginx has no process") { processorClock != nil }
  }

  deinit {
    close(process.input)
    _ = try? process.finish()
  }

  /// The processor time that nginx has taken so far, in seconds.
  ///
  /// Not from /proc: utime and stime there count ticks of 10 ms.
  func processorTime() -> Double {
    guard let clock = processorClock else { return 0 }
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
  }

  private var processorClock: clockid_t? {
    guard let text = try? String(contentsOfFile: "\(folder)/pid", encoding: .utf8),
      let id = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { return nil }
    var clock = clockid_t()
    return unsafe clock_getcpuclockid(id, &clock) == 0 ? clock : nil
  }

  /// The connections that were made since this was last asked for, of which there has to be one at least.
  func newConnections() throws -> [Handshake] {
    var text = ""
    try waitUntil("nginx saw no connection") {
      text = newLines()
      return !text.isEmpty
    }
    // What is left to do when the client is gone: the end of the connection, and the log's next lines.
    usleep(1_500)
    text += newLines()
    var seen: Set<Substring> = []
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, seen.insert(fields[2]).inserted else { return nil }
      return Handshake(isResumed: fields[0] == "r", version: String(fields[1]))
    }
  }

  private func newLines() -> String {
    guard let file = FileHandle(forReadingAtPath: "\(folder)/access.log") else { return "" }
    defer { try? file.close() }
    try? file.seek(toOffset: seenBytes)
    guard let data = try? file.readToEnd(), let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return "" }
    seenBytes += UInt64(end + 1)
    return String(decoding: data[...end], as: UTF8.self)
  }

  private func waitUntil(_ complaint: String, _ condition: () -> Bool) throws {
    let end = monotonicSeconds() + 5
    while !condition() {
      if monotonicSeconds() > end {
        let log = (try? String(contentsOfFile: "\(folder)/error.log", encoding: .utf8)) ?? ""
        throw Failure("\(complaint): \(log.split(separator: "\n").last ?? "")")
      }
      usleep(200)
    }
  }

  private static func executable() throws -> String {
    // Not in every user's PATH.
    let usual = "/usr/sbin/nginx"
    return FileManager.default.isExecutableFile(atPath: usual) ? usual : try Products.installed("nginx")
  }
}
