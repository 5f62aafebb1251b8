/// The anchors of a bundle in memory that a chain names: GnuTLS looks anchors up by their subject alone, so that others
/// can't matter for it.
package enum NamedAnchors {
  /// The certificates with one of these subjects, in PEM and in order.
  /// - Returns: Nil if the bundle isn't plain enough to be sure: then all of it is to be loaded.
  package static func pick(_ names: Set<[UInt8]>, from bundle: UnsafeRawBufferPointer) -> [UInt8]? {
    unsafe PEMBundle.certificates(withSubjects: names, in: bundle)
  }
}
