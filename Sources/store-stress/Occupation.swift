import CSessionTicketsTrials
import Glibc

/// What a daemon does with its descriptors: closes all, and opens others by the same numbers.
struct Occupation {
  private var occupants: [Int32: stat] = [:]

  /// - Parameter kind: `nothing`, `folder`, `file` or `socket`.
  mutating func begin(_ kind: String, in folder: String) -> String {
    // A little more than are in use.
    let next = dup(STDOUT_FILENO)
    let last = next + 4
    for number in 3...last { close(number) }
    occupants = [:]
    var folderNumber: Int32 = -1
    if kind == "folder" {
      guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { return "no folder" }
      folderNumber = unsafe open(folder, O_RDONLY | O_DIRECTORY)
    }
    for number in 3...last where number != folderNumber {
      switch kind {
      case "folder": dup2(folderNumber, number)
      case "file": dup2(STDOUT_FILENO, number)
      case "socket": _ = trial_put_socket_at(number)
      default: close(number)
      }
      var status = stat()
      if unsafe fstat(number, &status) == 0 { occupants[number] = status }
    }
    return "occupied"
  }

  /// Whether all that was put there is there.
  func inspect() -> String {
    let lost = occupants.filter { number, before in
      var now = stat()
      return unsafe fstat(number, &now) != 0 || now.st_dev != before.st_dev || now.st_ino != before.st_ino
    }
    return lost.isEmpty ? "intact" : "lost \(lost.keys.sorted())"
  }
}
