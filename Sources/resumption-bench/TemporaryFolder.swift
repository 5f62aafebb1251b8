import CBenchmark
import Foundation
import SessionTicketsLocking

/// The folder of one run. Removed at its end, also when it is interrupted.
final class TemporaryFolder: Sendable {
  let path: String
  /// Folders in there on which something is mounted: nobody could remove them.
  private let mounts = Lock<[String]>([])

  init() throws {
    let parent = FileManager.default.temporaryDirectory.path
    var template = Array("\(parent)/resumption-bench-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Failure("no temporary folder", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Unmounts the folder before it is removed.
  func noteMount(_ folder: String) { mounts.withLock { $0.append(folder) } }

  func remove() {
    for mount in mounts.withLock({ $0 }) { _ = unsafe cbenchmark_unmount(mount) }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Leaves the removal to a process that outlives this one, and the clients that still write into the folder.
  private func removeLater() {
    for mount in mounts.withLock({ $0 }) { _ = unsafe cbenchmark_unmount(mount) }
    _ = try? Launcher.start(Command(words: ["/bin/sh", "-c", "sleep 1; rm -rf \"$0\"", path]), isCaptured: false)
  }

  /// Removes the folder and ends the process when a signal asks for the end. Keep what it returns.
  func removeOnSignals() -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        self.removeLater()
        _exit(128 + number)
      }
      source.resume()
      return source
    }
  }
}
