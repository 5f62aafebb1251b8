extension StoreError.Code {
  /// A listing would take too long.
  static let crowded = Self(rawValue: "crowded")
}

extension StoreError {
  static func storeClosed(place: String) -> StoreError {
    StoreError(.closed, "the ticket store was closed", place: place)
  }

  static func idExists(place: String) -> StoreError {
    StoreError(.idExists, "a record with this id is already there", place: place)
  }

  static func superseded(place: String) -> StoreError {
    StoreError(.superseded, "what this record belongs to was removed meanwhile", place: place)
  }

  static func crowded(place: String) -> StoreError {
    StoreError(.crowded, "the folder holds too many files; move those away that aren't the store's", place: place)
  }

  static func noteTooLarge(place: String) -> StoreError {
    StoreError(.tooLarge, "a note has at most \(NoteLimits.maximumByteCount) bytes", place: place)
  }
}
