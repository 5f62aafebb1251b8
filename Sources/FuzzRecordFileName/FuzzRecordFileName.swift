import FuzzDriver
import SessionTickets

/// Whatever names lie in a store's folder, the parser of file names neither crashes nor accepts two spellings of one
/// name, and names of one identity order as their bytes do.
@main
enum FuzzRecordFileName {
  static func main() {
    FuzzDriver.run { input in
      guard let name = RecordFileName(parsing: input) else { return }
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
    }
  }
}
