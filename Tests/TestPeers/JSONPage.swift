import Foundation

/// The documentation's page on the tool's JSON: what each command tells, and of which type.
public struct JSONPage {
  private let command: String
  /// The members' types, by their path.
  private let members: [String: String]

  /// Of one command, which has a section of the page.
  public init(_ command: String) throws {
    let file = Fixture.packageFolder + "/Sources/GnuTLSResumption/GnuTLSResumption.docc/JSONOutput.md"
    let page = try String(contentsOfFile: file, encoding: .utf8)
    guard let section = page.split(separator: "\n### ").dropFirst().first(where: { $0.hasPrefix("\(command)\n") })
    else {
      throw PeerError("\(file) has no section on \(command)")
    }
    let rows = section.matches(of: /\n\| `([^`]+)` \| ([a-z ]+) \| [^\n]*\|/)
    self.command = command
    members = Dictionary(rows.map { (String($0.1), String($0.2)) }) { _, _ in "there twice" }
  }

  /// In what outputs differ from the page: members of another type or none of the page's, and those that none of them has.
  public func differences(_ outputs: [String]) throws -> [String] {
    var seen: Set<String> = []
    var differences: [String] = []
    for output in outputs {
      let json = try JSONSerialization.jsonObject(with: Data(output.utf8))
      for (path, value) in values(of: json, at: "") where !path.hasSuffix("[]") {
        seen.insert(path)
        guard let type = members[path] else {
          differences.append("\(command): \(path) isn't told of")
          continue
        }
        if !Self.fits(value, type) { differences.append("\(command): \(path) is no \(type): \(value)") }
      }
    }
    return differences + members.keys.filter { !seen.contains($0) }.map { "\(command): \($0) never comes" }
  }

  /// What stands at each path of an output.
  private func values(of value: Any, at path: String) -> [(path: String, value: Any)] {
    let own = path.isEmpty ? [] : [(path: path, value: value)]
    switch value {
    case let object as [String: Any] where members[path] != "counts":
      return own + object.flatMap { values(of: $1, at: path.isEmpty ? $0 : "\(path).\($0)") }
    case let list as [[String: Any]]: return own + list.flatMap { values(of: $0, at: "\(path)[]") }
    default: return own
    }
  }

  private static func fits(_ value: Any, _ type: String) -> Bool {
    let base = type.replacing(" or null", with: "")
    if value is NSNull { return base != type }
    switch base {
    case "text": return value is String
    // Never a sentence.
    case "identifier": return (value as? String)?.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.-]*/) != nil
    case "time": return (value as? String)?.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/) != nil
    case "boolean": return isBoolean(value)
    case "number": return value is NSNumber && !isBoolean(value)
    case "list": return value is [Any]
    case "object": return value is [String: Any]
    case "counts":
      return (value as? [String: Int])?.keys.allSatisfy { $0.wholeMatch(of: /[A-Za-z][A-Za-z0-9]*/) != nil } == true
    default: return false
    }
  }

  private static func isBoolean(_ value: Any) -> Bool {
    (value as? NSNumber).map { unsafe String(cString: $0.objCType) == "c" } == true
  }
}
