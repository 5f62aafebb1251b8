/// The name of a systemd service (systemd.unit(5)), template or instance.
struct UnitName {
  /// With `.service`.
  let text: String

  /// - Parameter argument: `.service` may be left out.
  init(_ argument: String) throws {
    let types = ["socket", "device", "mount", "automount", "swap", "target", "path", "timer", "slice", "scope"]
    let ending = argument.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    guard !types.contains(ending) || !argument.contains(".") else {
      throw FileFailure("\(argument) is no service: name the service whose programs are to resume")
    }
    text = argument.hasSuffix(".service") ? argument : argument + ".service"
    let isAllowed = text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: ":-_.\\@".utf8.contains($0)
      }
    }
    guard isAllowed, text.utf8.count <= 255, !text.hasPrefix("."), !text.hasPrefix("@") else {
      throw FileFailure("\(argument) is no unit's name; systemd-escape(1) makes one of other text")
    }
  }

  /// Of an instance, its template's name.
  var template: String? {
    guard let at = text.firstIndex(of: "@") else { return nil }
    let name = text[...at] + ".service"
    return name == text ? nil : String(name)
  }

  /// Whose drop-ins it shares: of `a-b-c.service` those of `a-b-.service`, `a-.service` and `service`.
  var families: [String] {
    let prefix = text.dropLast(".service".count).prefix { $0 != "@" }
    let dashes = prefix.indices.filter { prefix[$0] == "-" && prefix.index(after: $0) < prefix.endIndex }
    return dashes.map { prefix[...$0] + ".service" } + ["service"]
  }

  var isTemplate: Bool { text.hasSuffix("@.service") }
}
