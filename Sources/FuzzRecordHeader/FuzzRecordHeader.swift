import FuzzDriver
import SessionTickets

/// Whatever bytes are read back from storage, the parser of record headers neither crashes nor accepts two spellings
/// of one header.
@main
enum FuzzRecordHeader {
  static func main() {
    FuzzDriver.run { input in
      let header = RecordHeader(parsing: input)
      if let header {
        precondition(header.bytes == Array(input.prefix(RecordHeader.byteCount)), "a header has one spelling")
        precondition(RecordHeader(parsing: header.bytes) == header, "a header is read as it was written")
        precondition(header.expiry >= 0, "an expiry is not negative")
      }
      if let record = SealedRecord(input) {
        precondition(record.header == header, "a record has the header that its bytes begin with")
        precondition(record.bytes == input, "a record keeps its bytes")
        precondition(
          record.contents.elementsEqual(input.dropFirst(RecordHeader.byteCount)), "contents follow the header")
      } else {
        precondition(header == nil || input.count > SealedRecord.maximumByteCount, "a header makes a record")
      }
    }
  }
}
