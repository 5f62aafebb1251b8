/// GnuTLS's configuration as one process has it: what stood in its file, and what its getters say.
///
/// What a program changes at run time shows in the latter, as far as there are any.
struct ConfigurationNote: Hashable {
  /// The canonical encoding.
  let bytes: [UInt8]

  init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }
}
