import SessionTickets

/// libFuzzer's entry: whatever names lie in a store's folder, the parser of file names neither crashes nor accepts two
/// spellings of one name, and names of one identity order as their bytes do.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecordFileName(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let name = RecordFileName(parsing: input) else { return 0 }
  precondition(name.bytes == input, "a name has one spelling")
  precondition(RecordFileName(parsing: name.bytes) == name, "a name is read as it was written")
  precondition(RecordFileName(parsing: ([0] + input).dropFirst()) == name, "it doesn't matter where the bytes lie")

  let same = RecordFileName(
    place: name.place, inserted: name.inserted, expiry: name.expiry, byteCount: name.byteCount, kind: name.kind,
    id: name.id)
  precondition(same == name && !(same < name), "a name is what its fields are")
  let later = RecordFileName(
    place: name.place, inserted: WallTime(nanoseconds: name.inserted.nanoseconds &+ 1), expiry: name.expiry,
    byteCount: name.byteCount, kind: name.kind, id: name.id)
  if name.inserted.nanoseconds < .max {
    precondition(name < later && name.bytes.lexicographicallyPrecedes(later.bytes), "newer names are greater")
  }
  return 0
}

/// SwiftPM gives every executable a main function of its own, so libFuzzer's is not linked: this one hands over to it.
@main
enum FuzzRecordFileName {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    _ = unsafe runFuzzer(&count, &arguments, fuzzRecordFileName)
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
