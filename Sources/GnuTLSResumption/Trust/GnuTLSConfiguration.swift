internal import CResumptionStart
internal import SessionTickets

/// GnuTLS's own configuration, with which an administrator says what all programs may use and trust: a file, which need
/// not be there, and calls of the program's.
///
/// GnuTLS reads the file when it is loaded, and not always again. So what counts is what the file was then; and once it has
/// changed, nobody can tell what this process has read.
package enum GnuTLSConfiguration {
  /// Under which this process judges peers at present; nil if that can't be told: then no verdict is written, and none
  /// believed.
  static var current: ConfigurationNote? {
    guard isAsLoaded, let fileNote else { return nil }
    return ConfigurationNote(withMarks(fileNote))
  }

  /// The file is certainly still what GnuTLS has read in this process.
  static var isAsLoaded: Bool { cresumptionstart_configuration() != CRESUMPTIONSTART_UNKNOWN }

  /// There certainly was no file when GnuTLS was loaded, and is none.
  static var isAbsent: Bool { cresumptionstart_configuration() == CRESUMPTIONSTART_ABSENT }

  /// Takes in a note (`struct configuration_note`) that was taken earlier in this process than the engine's own, which is
  /// taken when the engine is loaded. Before anything else; the note is borrowed for good.
  package static func useEarlierNote(_ note: UnsafeRawPointer) { unsafe cresumptionstart_use_earlier_note(note) }

  /// Calls have changed, for the whole process, what GnuTLS accepts: from now on this process neither writes verdicts nor
  /// believes any.
  package static func changedByProgram() { cresumptionstart_forget_configuration() }

  /// What stood in the file: nothing, or the digest of its contents. Nil if there is no digest.
  private static let fileNote: [UInt8]? = {
    var size = 0
    guard let contents = unsafe cresumptionstart_contents(&size) else { return [0] }
    return SHA256.digest(unsafe Array(UnsafeBufferPointer(start: contents, count: size))).map { [1] + $0.bytes }
  }()

  /// The note, and behind it what the getters say of that which can be changed at run time.
  private static func withMarks(_ note: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: note.count + Int(CRESUMPTIONSTART_MOST_MARKS)) { buffer, filled in
      let end = unsafe buffer.update(fromContentsOf: note)
      filled = unsafe end + cresumptionstart_marks(buffer.baseAddress.map { unsafe $0 + end })
    }
  }
}
