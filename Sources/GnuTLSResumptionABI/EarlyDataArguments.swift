internal import CGnuTLSResumption
internal import SessionTickets

/// Early data, as a C structure says them.
struct EarlyDataArguments {
  private(set) var bytes: [UInt8] = []
  /// Nil for the user's own.
  private(set) var marks: RawPath?

  init(_ pointer: UnsafePointer<gnutls_resumption_early_data_t>?) throws(Failure) {
    let given = unsafe try Arguments.copy(pointer, "early_data")
    marks = unsafe try Arguments.path(given.marks, "early_data->marks", "null stands for the user's own")
    let count = unsafe given.data_size
    guard count != 0 else { return }
    guard let data = unsafe given.data else {
      throw .missing("early_data->data", "hand in the bytes, or set early_data->data_size to 0")
    }
    // A size_t above what Int holds comes as a negative number.
    guard count > 0, count <= Self.mostBytes else {
      throw .invalid("early_data->data_size is \(UInt(bitPattern: count)); hand in at most \(Self.mostBytes)")
    }
    bytes = unsafe Arguments.bytes(data.assumingMemoryBound(to: UInt8.self), count: count)
  }

  private static let mostBytes = 1 << 24
}
