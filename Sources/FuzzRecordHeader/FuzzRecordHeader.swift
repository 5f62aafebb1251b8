import SessionTickets

/// libFuzzer's entry: whatever bytes are read back from storage, the parser of record headers neither crashes nor
/// accepts two spellings of one header.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecordHeader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let header = RecordHeader(parsing: input)
  if let header {
    precondition(header.bytes == Array(input.prefix(RecordHeader.byteCount)), "a header has one spelling")
    precondition(RecordHeader(parsing: header.bytes) == header, "a header is read as it was written")
    precondition(header.expiry >= 0, "an expiry is not negative")
  }
  if let record = SealedRecord(input) {
    precondition(record.header == header, "a record has the header that its bytes begin with")
    precondition(record.bytes == input, "a record keeps its bytes")
    precondition(record.contents.elementsEqual(input.dropFirst(RecordHeader.byteCount)), "contents follow the header")
  } else {
    precondition(header == nil || input.count > SealedRecord.maximumByteCount, "a header makes a record")
  }
  return 0
}

/// SwiftPM gives every executable a main function of its own, so libFuzzer's is not linked: this one hands over to it.
@main
enum FuzzRecordHeader {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    _ = unsafe runFuzzer(&count, &arguments, fuzzRecordHeader)
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
