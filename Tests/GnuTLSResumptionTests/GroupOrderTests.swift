import Testing

@testable import GnuTLSResumption

@Suite("The order of groups")
struct GroupOrderTests {
  /// GnuTLS's own, up to 3.8.13.
  private static let normal = [
    "SECP256R1", "SECP384R1", "SECP521R1", "X25519", "X448", "FFDHE2048", "FFDHE3072", "FFDHE4096", "FFDHE6144",
    "FFDHE8192",
  ]
  /// Of GnuTLS from 3.8.8 on, where somebody has enabled them.
  private static let hybrids = ["X25519-MLKEM768", "SECP256R1-MLKEM768", "SECP384R1-MLKEM1024"]

  private func leading(_ group: String, _ names: [String], administrators: Bool = false) -> [String]? {
    let result = GroupOrder(names: names).leading(with: group, isAdministrators: administrators)
    // Never a group less, nor one twice.
    if let result { #expect(result.names.sorted() == names.sorted()) }
    return result?.names
  }

  private func sharesOneKey(_ group: String, _ names: [String], administrators: Bool = false) -> Bool {
    GroupOrder(names: names).leading(with: group, isAdministrators: administrators)?.sharesOneKey == true
  }

  @Test("of GnuTLS itself: any curve leads, alone", arguments: ["SECP256R1", "SECP384R1", "X25519", "X448"])
  func compiled(group: String) {
    #expect(leading(group, Self.normal) == [group] + Self.normal.filter { $0 != group })
    #expect(sharesOneKey(group, Self.normal))
  }

  @Test(
    "with hybrid groups, which are sent first, and before which none is put: no key share is left out",
    arguments: hybrids)
  func hybrid(hybrid: String) {
    for names in [[hybrid] + Self.normal, Self.normal + [hybrid]] {
      for group in names {
        #expect(!sharesOneKey(group, names), "\(group)")
        let order = leading(group, names) ?? names
        let passed = names.prefix { $0 != hybrid }
        #expect(order.prefix { $0 != hybrid }.allSatisfy(passed.contains), "\(group)")
      }
    }
    #expect(leading("SECP384R1", [hybrid] + Self.normal)?.prefix(2) == [hybrid, "SECP384R1"])
    #expect(leading(hybrid, Self.normal + [hybrid]) == nil)
  }

  @Test("with a group that nobody knew when this was written: as with hybrid ones")
  func unknown() {
    let names = ["SECP256R1", "NEW1024", "X25519"]
    #expect(leading("X25519", names) == nil && !sharesOneKey("SECP256R1", names))
  }

  @Test("of an administrator: no stronger group is passed")
  func administrators() {
    let names = ["SECP384R1", "X25519", "SECP256R1", "SECP521R1"]
    #expect(leading("SECP384R1", names, administrators: true) == names)
    #expect(sharesOneKey("SECP384R1", names, administrators: true))
    #expect(leading("X25519", names, administrators: true) == nil)
    #expect(
      leading("SECP256R1", names, administrators: true) == ["SECP384R1", "SECP256R1", "X25519", "SECP521R1"])
    #expect(!sharesOneKey("SECP256R1", names, administrators: true))
    #expect(leading("SECP521R1", names, administrators: true)?.first == "SECP521R1")
  }

  @Test("where groups of finite fields are sent first, or the server has chosen one: as GnuTLS has it")
  func finiteFields() {
    #expect(leading("FFDHE2048", Self.normal) == nil)
    let order = GroupOrder(names: Self.normal, curvesComeFirst: false)
    #expect(order.leading(with: "X25519", isAdministrators: false) == nil)
  }

  @Test("without the group that the server has chosen once: as GnuTLS has it")
  func absent() {
    for group in ["", "X25519-MLKEM768", "SECP224R1", "x25519"] { #expect(leading(group, Self.normal) == nil) }
  }
}
