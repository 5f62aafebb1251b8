import CProcessArguments

/// The words that this process was started with, byte by byte.
///
/// Not Swift's own: its runtime reads them from `/proc`, has none where that is missing, and repairs what is no text.
enum ProcessArguments {
  /// As C has them: how many, and where.
  static var raw: (count: Int32, words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    var count: Int32 = 0
    if let words = unsafe cprocessarguments(&count) { return unsafe (count, words) }
    return unsafe (CommandLine.argc, CommandLine.unsafeArgv)
  }

  /// What follows the program's own name, for the parser: what is no text is escaped.
  static var escaped: [String] {
    let (count, words) = unsafe raw
    return (1..<max(1, Int(count))).compactMap { index in
      unsafe words[index].map { unsafe String(escaping: $0) }
    }
  }
}
