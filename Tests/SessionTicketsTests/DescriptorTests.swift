import Foundation
import Testing

@Suite("Descriptors that are kept open")
struct DescriptorTests {
  private let folder = TemporaryFolder()

  private func probe(_ operations: String...) throws -> [String] {
    try ChildRun.run([ChildRun.storeStress, "probe", folder.path("store")] + operations).lines
  }

  @Test(
    "A program may close all, and open others by the same numbers: the store works, and leaves those alone",
    arguments: ["nothing", "folder", "file", "socket"])
  func occupied(kind: String) throws {
    let lines = try probe(
      "insert:1", "note", "occupy:\(kind)", "insert:2", "note", "count", "inspect", "take", "occupy:\(kind)", "take",
      "inspect", "occupy:\(kind)", "removeAll", "inspect", "insert:3", "occupy:\(kind)", "close", "inspect")
    #expect(
      lines == [
        "inserted", "noted", "occupied", "inserted", "noted", "count 2 0 1", "intact",
        "given 00000000000000010000000000000002", "occupied", "given 00000000000000010000000000000001", "intact",
        "occupied", "removed 0", "intact", "inserted", "occupied", "closed", "intact",
      ])
    #expect(!folder.files.contains { $0.hasPrefix("store-foreign/") }, "nothing is written into the program's folder")
  }

  @Test("Between a look-up and the claim, and before a generation is asked for")
  func occupiedInBetween() throws {
    let lines = try probe(
      "insert:1", "generation", "show", "occupy:folder", "claim", "inspect", "occupy:socket", "generation", "inspect",
      "occupy:file", "late:2", "inspect")
    #expect(
      lines == [
        "inserted", "the first", "shown", "occupied", "given 00000000000000010000000000000001", "intact", "occupied",
        "the same", "intact", "occupied", "inserted", "intact",
      ])
  }

  @Test("Again and again")
  func manyTimes() throws {
    let turns = [[String]](repeating: ["insert:1", "occupy:folder", "take", "inspect"], count: 80).joined()
    let lines = try ChildRun.run([ChildRun.storeStress, "probe", folder.path("store")] + turns).lines
    #expect(Set(lines) == ["inserted", "occupied", "given 00000000000000010000000000000001", "intact"])
    #expect(lines.count == 320)
  }
}
