import Foundation
import Glibc
import Testing

/// A way to spoil a master key's file or folder.
enum KeyFault: String, CaseIterable {
  case fileOfAnotherUser, folderOfAnotherUser
  case fileWritableByGroup, fileWritableByOthers, fileReadableByGroup, fileReadableByOthers
  case folderWritableByGroup, folderWritableByOthers, folderOfAll
  case link, fifo, device, folder, short, long

  /// Some are for root.
  static var possible: [KeyFault] {
    allCases.filter { geteuid() == 0 || ![.fileOfAnotherUser, .folderOfAnotherUser, .device].contains($0) }
  }

  /// What the error is to say.
  var words: String {
    switch self {
    case .folderOfAnotherUser: "belongs to user 12345"
    case .folderWritableByGroup, .folderWritableByOthers, .folderOfAll: "chmod go-w"
    case .short: "it has 31 bytes, and is neither one key nor"
    case .fileOfAnotherUser: "the file belongs to user 12345"
    case .fileWritableByGroup, .fileWritableByOthers: "may write the file; take that from them with chmod go-w ("
    case .fileReadableByGroup, .fileReadableByOthers: "may read the file; take that from them with chmod go-rwx ("
    case .link, .fifo, .device, .folder: "this is no regular file"
    case .long: "it has 33 bytes, and is neither one key nor"
    }
  }

  func apply(folder: String, file: String) throws {
    switch self {
    case .fileOfAnotherUser: try Self.check(unsafe chown(file, 12_345, 0))
    case .folderOfAnotherUser: try Self.check(unsafe chown(folder, 12_345, 0))
    case .fileWritableByGroup: try Self.check(unsafe chmod(file, 0o620))
    case .fileWritableByOthers: try Self.check(unsafe chmod(file, 0o602))
    case .fileReadableByGroup: try Self.check(unsafe chmod(file, 0o640))
    case .fileReadableByOthers: try Self.check(unsafe chmod(file, 0o604))
    case .folderWritableByGroup: try Self.check(unsafe chmod(folder, 0o770))
    case .folderWritableByOthers: try Self.check(unsafe chmod(folder, 0o702))
    case .folderOfAll: try Self.check(unsafe chmod(folder, 0o1777))
    case .link, .fifo, .device, .folder, .short, .long:
      try Self.check(unsafe rename(file, file + ".real"))
      try replace(file)
    }
  }

  private func replace(_ file: String) throws {
    switch self {
    case .link: try Self.check(unsafe symlink(file + ".real", file))
    case .fifo: try Self.check(unsafe mkfifo(file, 0o600))
    // The number of /dev/zero, which never ends.
    case .device: try Self.check(unsafe mknod(file, S_IFCHR | 0o600, 0x105))
    case .folder: try Self.check(unsafe mkdir(file, 0o700))
    default:
      let bytes = Data(repeating: 7, count: self == .short ? 31 : 33)
      try #require(
        FileManager.default.createFile(atPath: file, contents: bytes, attributes: [.posixPermissions: 0o600]))
    }
  }

  func undo(folder: String, file: String) throws {
    if FileManager.default.fileExists(atPath: file + ".real") {
      try FileManager.default.removeItem(atPath: file)
      try Self.check(unsafe rename(file + ".real", file))
    }
    try Self.check(unsafe chown(folder, geteuid(), getegid()))
    try Self.check(unsafe chown(file, geteuid(), getegid()))
    try Self.check(unsafe chmod(folder, 0o700))
    try Self.check(unsafe chmod(file, 0o600))
  }

  private static func check(_ status: Int32) throws { try #require(status == 0, "errno \(errno)") }
}
