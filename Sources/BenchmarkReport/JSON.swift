import Foundation

/// The result for programs: an array of rows.
package func json(of rows: [Row]) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(rows), as: UTF8.self)
}

extension Row: Encodable {
  private enum Key: String, CodingKey {
    case name = "case"
    case title, ratio, low, high, goal, bound, met, note, skipped, failed
  }

  /// What there isn't is null, but for `skipped`, `failed` and `note`: their presence says it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(title, forKey: .title)
    try container.encode(interval?.median, forKey: .ratio)
    try container.encode(interval?.low, forKey: .low)
    try container.encode(interval?.high, forKey: .high)
    try container.encode(goal?.value, forKey: .goal)
    try container.encode(goal?.bound, forKey: .bound)
    try container.encode(isMet, forKey: .met)
    switch result {
    case .measured(_, let note): try container.encode(note, forKey: .note)
    case .skipped(let reason): try container.encode(reason, forKey: .skipped)
    case .failed(let reason): try container.encode(reason, forKey: .failed)
    }
  }
}
