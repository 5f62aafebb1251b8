import ArgumentParser
import SessionTickets

/// A path on the command line: bytes, unchanged.
struct PathArgument: ExpressibleByArgument {
  let path: RawPath

  init(argument: String) { path = RawPath(bytes: argument.unescapedBytes) }

  static var defaultCompletionKind: CompletionKind { .file() }
}

/// A word that must be text, as a server's name: for an option's `transform`.
func text(_ argument: String) throws -> String {
  guard argument.utf8.elementsEqual(argument.unescapedBytes) else { throw ValidationError("it is no text (UTF-8).") }
  return argument
}
