import CSessionTicketsTrials
import Glibc
import SessionTickets

// store-stress run <folder> [seed] [kills]   the whole exercise; the exit status is 0 if every ticket is accounted for
//   STORE_STRESS_URL: on that Redis server instead of in the folder; STORE_STRESS_TICKETS: that many for each inserter;
//   STORE_STRESS_HOSTS: network namespaces (ip-netns(8)) in which its workers run
// store-stress take|insert <folder> <worker>  one of its workers
// store-stress probe <store> <operation>...   single operations, for tests in other mount namespaces
// store-stress without-generations ...        the same where a process can't be told from its children
exit(dispatch(Array(CommandLine.arguments.dropFirst())))

private func dispatch(_ arguments: [String]) -> Int32 {
  do {
    switch arguments.first {
    case "run" where arguments.count >= 2:
      let seed = arguments.count > 2 ? UInt64(arguments[2]) : nil
      let kills = arguments.count > 3 ? Int(arguments[3]) : nil
      return try Exercise(folder: arguments[1], seed: seed ?? UInt64.random(in: .min ... .max), kills: kills ?? 0).run()
    case "take" where arguments.count == 3:
      try Worker(folder: arguments[1], number: Int(arguments[2]) ?? 0).take()
    case "insert" where arguments.count == 3:
      try Worker(folder: arguments[1], number: Int(arguments[2]) ?? 0).insert()
    case "probe" where arguments.count >= 2:
      var probe = Probe(store: arguments[1])
      probe.run(arguments.dropFirst(2))
    case "without-generations" where arguments.count >= 2:
      guard trial_refuse_wipe_on_fork() == 0 else { throw ExerciseError("madvise can't be refused") }
      return dispatch(Array(arguments.dropFirst()))
    default:
      say("usage: store-stress run <folder> [seed] [kills] | probe <store> <operation>...")
      return 2
    }
    return 0
  } catch {
    say("\(error)")
    return 1
  }
}
