public import SessionTickets

/// The generation as the server has it: a number that grows, and digits of the epoch that it is of.
struct RedisGeneration {
  /// 16 decimal digits.
  let number: UInt64
  let epoch: (UInt64, UInt64)

  init(_ generation: StoreGeneration) {
    let words = generation.numbers
    number = words.0
    epoch = (words.1, words.2)
  }

  /// What the script has told: nil if it is something else.
  init?(_ number: [UInt8], _ epoch: [UInt8]) {
    guard number.count == 16, epoch.count == 32, let value = UInt64(String(decoding: number, as: UTF8.self)),
      let run = UInt64(String(decoding: epoch[..<16], as: UTF8.self), radix: 16),
      let id = UInt64(String(decoding: epoch[16...], as: UTF8.self), radix: 16)
    else { return nil }
    self.number = value
    self.epoch = (run, id)
  }

  var generation: StoreGeneration { StoreGeneration(number, epoch.0, epoch.1) }

  var numberText: [UInt8] { Self.padded(String(number)) }

  /// As the script compares it.
  var text: [UInt8] {
    numberText + Self.padded(String(epoch.0, radix: 16)) + Self.padded(String(epoch.1, radix: 16))
  }

  private static func padded(_ digits: String) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 16 - digits.utf8.count)) + Array(digits.utf8)
  }
}

extension RedisSessionTickets {
  public func generation() throws(StoreError) -> StoreGeneration {
    try generation("tell", until: deadline(.claim)).generation
  }

  /// Throws if the store has another generation now.
  func require(_ generation: StoreGeneration, until deadline: RedisDeadline) throws(StoreError) {
    guard try self.generation("tell", until: deadline).generation == generation else { throw superseded() }
  }

  /// - Parameter operation: `tell` or `advance`.
  func generation(_ operation: StaticString, until deadline: RedisDeadline) throws(StoreError) -> RedisGeneration {
    let word = operation.withUTF8Buffer { unsafe Array($0) }
    let life = Array(String(Self.longestLife).utf8)
    let answer = try runOnKeys(.generation, [shards.generationKey], [word, life], until: deadline)
    guard let parts = answer?.elements, parts.count == 3, let number = parts[0].bytes, let epoch = parts[1].bytes,
      case .integer(let cluster) = parts[2], let generation = RedisGeneration(number, epoch)
    else { throw unexpected() }
    if cluster != 0 { noteCluster() }
    return generation
  }

  func superseded() -> StoreError {
    StoreError(.superseded, "what this record belongs to was removed meanwhile", place: place, leavesNothing: true)
  }
}
