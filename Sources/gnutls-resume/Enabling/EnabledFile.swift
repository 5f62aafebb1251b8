import Glibc
import SessionTickets

/// A file in which this tool's lines stand, or are to stand.
struct EnabledFile {
  let path: RawPath
  /// The folder that is never made. What is missing below it is.
  let base: RawPath
  /// Whether nothing else is to be in the file.
  var isOwn = false
  /// A new file's.
  var mode: mode_t?

  /// What is to be done to it, once it is known that it can be done.
  struct Change {
    let text: String
    fileprivate let apply: () throws -> Void

    func callAsFunction() throws { try apply() }
  }

  /// Nil if the lines are there already.
  func enabling(_ body: [UInt8]) throws -> Change? {
    let file = ReplacedFile(path)
    if let obstacle = file.obstacle { throw obstacle }
    let missing = try missingFolders()
    let contents = file.contents ?? []
    switch MarkedLines.find(in: contents) {
    case .edited: throw edited
    case .intact(let lines, let range):
      if isOwn, range != contents.indices { throw edited }
      if lines.body == body { return nil }
      let new = MarkedLines(body: body, traces: lines.traces)
      let rest = (before: contents[..<range.lowerBound], after: contents[range.upperBound...])
      return Change(text: "\(path): these lines take the place of those before:\n\n\(new.text)") {
        try file.replace(with: rest.before + new.bytes + rest.after, mode: mode)
      }
    case .none:
      guard contents.isEmpty || !isOwn else {
        throw FileFailure("\(path) is there already, and not of this tool's making")
      }
      let new = MarkedLines(
        body: body,
        traces: .init(
          madeFile: file.contents == nil, endedLine: MarkedLines.isUnended(contents), madeFolders: missing.count))
      let what = file.contents == nil ? "a new file" : "these lines at its end"
      return Change(text: "\(path): \(what):\n\n\(new.text)") {
        do {
          for folder in missing.reversed() { try make(folder) }
          try file.replace(with: new.added(to: contents), mode: mode)
        } catch {
          Self.remove(missing)
          throw error
        }
      }
    }
  }

  /// Nil if there is nothing of this tool's.
  func disabling() throws -> Change? {
    let file = ReplacedFile(path)
    let contents = file.contents ?? []
    let found = MarkedLines.find(in: contents)
    // Whatever a start file is that has no such lines, nothing is to be done to it.
    if case .none = found, !isOwn, !file.isHidden { return nil }
    if let obstacle = file.obstacle { throw obstacle }
    switch found {
    case .none:
      if file.contents?.isEmpty == false { throw FileFailure("\(path) is not of this tool's making") }
      return nil
    case .edited: throw edited
    case .intact(let lines, let range):
      if isOwn, range != contents.indices { throw edited }
      _ = try missingFolders()
      let rest = lines.removed(from: contents, at: range)
      guard rest.isEmpty, lines.traces.madeFile, !file.isLink else {
        return Change(text: "\(path), without these lines:\n\n\(lines.text)") {
          try file.replace(with: rest, mode: mode)
        }
      }
      let folders = Self.parents(of: path).prefix(lines.traces.madeFolders)
      return Change(text: "\(path), the whole file:\n\n\(lines.text)") {
        try file.remove()
        Self.remove(folders)
      }
    }
  }

  private var edited: FileFailure {
    FileFailure("what gnutls-resume has written to \(path) was edited since: it is left as it is")
  }

  /// The file's own name, whatever links lead to it.
  var real: RawPath {
    guard let real = unsafe path.withCString({ unsafe realpath($0, nil) }) else { return path }
    defer { unsafe free(real) }
    return unsafe RawPath(cString: real)
  }

  /// From the file's own folder upwards. Whoever runs this may have been handed somebody else's variables, as by `sudo`: the
  /// folder in which something is made must be this user's.
  private func missingFolders() throws -> [RawPath] {
    var result: [RawPath] = []
    for folder in Self.parents(of: path) {
      var status = stat()
      if unsafe folder.withCString({ unsafe stat($0, &status) }) == 0 {
        guard status.st_uid == geteuid() else {
          throw FileFailure("\(folder) is user \(status.st_uid)'s, and this is user \(geteuid()): run it as that user")
        }
        return result
      }
      guard errno == ENOENT else { throw FileFailure("can't look into", folder, errno) }
      guard folder.bytes.count > base.bytes.count else { throw FileFailure("can't look into", base, ENOENT) }
      result.append(folder)
    }
    return result
  }

  private func make(_ folder: RawPath) throws {
    guard unsafe folder.withCString({ unsafe mkdir($0, mode == nil ? 0o700 : 0o755) }) == 0 else {
      throw FileFailure("can't make the folder", folder, errno)
    }
    if let mode { _ = unsafe folder.withCString { unsafe chmod($0, mode | 0o111) } }
  }

  /// Those that are there, and that nobody else has put anything into.
  private static func remove(_ folders: some Sequence<RawPath>) {
    for folder in folders where unsafe folder.withCString({ unsafe rmdir($0) }) != 0 && errno != ENOENT { return }
  }

  private static func parents(of path: RawPath) -> [RawPath] {
    var result: [RawPath] = []
    var rest = path.bytes[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")), slash > 0 {
      rest = rest[..<slash]
      result.append(RawPath(bytes: Array(rest)))
    }
    return result
  }
}

extension MarkedLines {
  /// For people.
  fileprivate var text: String {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { "    \(String($0).printable)\n" }.joined()
  }
}
