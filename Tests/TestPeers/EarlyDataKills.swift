import Foundation
public import ScriptableTLSServer

/// Programs that send early data, each killed at any time, and their store's folder copied back in between.
public struct EarlyDataKills {
  /// How many are killed: `GNUTLS_RESUMPTION_EARLY_DATA_KILLS`, 15 unless that is set.
  public static let count =
    ProcessInfo.processInfo.environment["GNUTLS_RESUMPTION_EARLY_DATA_KILLS"].flatMap { Int($0) } ?? 15

  public private(set) var killed = 0
  public private(set) var rounds = 0
  private let store: String
  private let copy: String

  /// - Parameters:
  ///   - store: The folder of the program's tickets.
  ///   - copy: Where it is copied to.
  public init(store: String, copy: String) {
    self.store = store
    self.copy = copy
  }

  public func save() throws {
    try? FileManager.default.removeItem(atPath: copy)
    try duplicate(store, copy)
  }

  public func putBack() throws {
    try FileManager.default.removeItem(atPath: store)
    try duplicate(copy, store)
  }

  private func duplicate(_ from: String, _ to: String) throws {
    let result = try ProcessRunner.run(["cp", "-a", from, to])
    guard result.status == 0 else { throw PeerError("copying \(from): \(result.output)") }
  }

  /// - Parameters:
  ///   - sending: The system call by which the program sends.
  ///   - connect: Runs the program with these words before its own, and returns whether it ended well.
  public mutating func run(sending: String, _ connect: ([String]) throws -> Bool) throws {
    // Each claims, marks or sends; at none all of it is done.
    let moments = [("symlinkat", 1), ("unlinkat", 1), ("unlink", 1), (sending, 1), (sending, 2), ("none", 0)]
    while killed < Self.count, rounds < 4 * Self.count {
      if rounds.isMultiple(of: 3) {
        guard try connect([]) else { throw PeerError("round \(rounds): no connection") }
        try save()
      }
      let (call, number) = moments[rounds % moments.count]
      let inject = call == "none" ? [] : ["-e", "inject=\(call):signal=KILL:when=\(number)"]
      let trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=symlinkat,unlinkat,unlink,\(sending)"]
      if try !connect(trace + inject) { killed += 1 }
      try putBack()
      // Whoever comes next has the same tickets.
      guard try connect([]) else { throw PeerError("round \(rounds): no connection with what was copied back") }
      try putBack()
      rounds += 1
    }
  }

  /// Of each ticket, how often a server has got it with early data.
  public static func uses(at server: TLSServer) -> [[UInt8]: Int] {
    var uses: [[UInt8]: Int] = [:]
    for hello in server.connections.compactMap(\.clientHello) where hello.offersEarlyData {
      if let identity = hello.pskIdentities.first?.identity { uses[identity, default: 0] += 1 }
    }
    return uses
  }
}
