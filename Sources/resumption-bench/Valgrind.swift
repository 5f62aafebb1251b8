import Foundation

/// Counts what a client does, by valgrind: exactly, and whatever else the machine is doing.
struct Valgrind {
  private let workbench: Workbench
  private let path: String
  private let strip: String
  /// How many connections the shorter of two runs makes.
  private static let connections = 10

  init(_ workbench: Workbench) throws {
    self.workbench = workbench
    path = try Products.installed("valgrind")
    strip = try Products.installed("strip")
  }

  /// The command with a copy of its executable that valgrind can load: Debian 12's can't read debugging information of
  /// DWARF 5, and gives up.
  func loadable(_ client: Command) throws -> Command {
    let copy = workbench.newPath("stripped")
    _ = try Launcher.run(
      Command(words: [strip, "--strip-debug", "-o", copy, client.words[0]], environment: client.environment))
    return Command(words: [copy] + client.words.dropFirst(), environment: client.environment)
  }

  /// Instructions of one connection more (callgrind): what is done once at the start isn't in it.
  /// - Parameter client: What ``loadable(_:)`` has returned.
  func instructions(of client: Command) throws -> Double {
    try difference { count in
      let text = try output(of: client, count, tool: ["--tool=callgrind"], outputOption: "--callgrind-out-file")
      let totals = text.split(separator: "\n").first { $0.hasPrefix("totals: ") || $0.hasPrefix("summary: ") }
      guard let total = totals?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
        throw Failure("callgrind has no total")
      }
      return [total]
    }[0]
  }

  /// Heap allocations of one connection more (DHAT): all, and those that GnuTLS and the libraries below didn't ask for.
  /// - Parameter client: What ``loadable(_:)`` has returned.
  func allocations(of client: Command) throws -> (all: Double, own: Double) {
    let counts = try difference { count in
      let text = try output(of: client, count, tool: ["--tool=dhat"], outputOption: "--dhat-out-file")
      let profile = try JSONDecoder().decode(HeapProfile.self, from: Data(text.utf8))
      return [profile.blocks(), profile.blocks(askedForBy: client.words[0])]
    }
    return (counts[0], counts[1])
  }

  private func difference(_ measure: (Int) throws -> [Double]) throws -> [Double] {
    let one = try measure(Self.connections)
    let two = try measure(2 * Self.connections)
    return zip(two, one).map { ($0 - $1) / Double(Self.connections) }
  }

  /// Runs a client that makes that many connections, and returns what the tool has written.
  private func output(of client: Command, _ count: Int, tool: [String], outputOption: String) throws -> String {
    let file = workbench.newPath("valgrind")
    let command = Command(
      words: [path, "-q"] + tool + ["\(outputOption)=\(file)"] + client.words + ["--count", "\(count)"],
      environment: client.environment)
    _ = try Launcher.run(command)
    defer { try? FileManager.default.removeItem(atPath: file) }
    return try String(contentsOfFile: file, encoding: .utf8)
  }
}

/// What DHAT writes, as far as it is of use here.
private struct HeapProfile: Decodable {
  /// A place that allocates.
  struct Place: Decodable {
    /// How many blocks.
    let tbk: Double
    /// The stack's frames, the innermost first: indices into ``HeapProfile/ftbl``.
    let fs: [Int]
  }

  let pps: [Place]
  let ftbl: [String]

  func blocks() -> Double { pps.reduce(0) { $0 + $1.tbk } }

  /// Those whose innermost frame outside of the allocator is of Swift's code, or of the executable.
  func blocks(askedForBy executable: String) -> Double {
    pps.reduce(0) { sum, place in
      let frames = place.fs.map { ftbl[$0] }
      let caller = frames.first { frame in !Self.allocators.contains { frame.contains($0) } }
      guard let caller, caller.contains("(in \(executable))") || caller.contains(".swift:") else { return sum }
      return sum + place.tbk
    }
  }

  private static let allocators = ["vgpreload_dhat", "vg_replace_malloc"]
}
