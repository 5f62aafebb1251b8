import Foundation
import SessionTicketsLocking

/// A folder of one's own, removed with everything in it when the last reference goes, or the process ends.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// - Parameter parent: `/dev/shm/` for a tmpfs, ``disk`` for none: the usual place may be either.
  public init(in parent: String? = nil) throws {
    var template = Array(((parent ?? NSTemporaryDirectory()) + "gnutls-resumption-test-XXXXXX").utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw PeerError("no temporary folder: error \(errno)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Self.living.withLock { [path] living in
      // Globals and the arguments of tests are never let go of.
      if living == nil { atexit { TemporaryFolder.removeAll() } }
      living = (living ?? []).union([path])
    }
  }

  /// Where this was built.
  public static let disk = BuiltProducts.folder + "/"

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    Self.living.withLock { [path] living in _ = living?.remove(path) }
  }

  /// Nil before there was one.
  private static let living = Lock<Set<String>?>(nil)

  private static func removeAll() {
    for path in living.withLock({ $0 ?? [] }) { try? FileManager.default.removeItem(atPath: path) }
  }

  /// The path of something in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder and returns its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// A file's text; empty if there is no such file.
  public func read(_ name: String) -> String {
    FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
