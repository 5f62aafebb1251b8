import CSessionTickets

/// Which process this is, of those that came of one another by `fork`. A process's number tells less: in two PID
/// namespaces it may be the same.
package enum ProcessGeneration {
  /// The same in all of a process's life, and greater than in any process that it descends from; nil where the kernel
  /// can't tell (before Linux 4.14). Without a system call, and for signals' handlers too.
  package static var current: UInt64? {
    let number = csessiontickets_process_generation()
    return number == 0 ? nil : number
  }
}
