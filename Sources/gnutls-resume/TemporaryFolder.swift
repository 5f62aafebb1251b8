import FoundationEssentials
import Glibc

/// A new folder of this process's own, for the time of a demonstration.
struct TemporaryFolder {
  let path: String

  init() throws {
    let parent = FileManager.default.temporaryDirectory.path
    var template = Array("\(parent)/gnutls-resume-demo-XXXXXX".utf8CString)
    let name = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe mkdtemp(buffer.baseAddress!).map { unsafe String(cString: $0) }
    }
    guard let name else { throw DemoFailure(description: "no temporary folder can be made in \(parent)") }
    path = name
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
