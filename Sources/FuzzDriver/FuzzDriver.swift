/// Hands a test over to libFuzzer, whose own main function SwiftPM leaves no place for.
@safe
public enum FuzzDriver {
  // Set once, before the only thread begins to fuzz.
  nonisolated(unsafe) fileprivate static var test: ([UInt8]) -> Void = { _ in }

  /// Calls the test with one input after the other, as the command line's arguments say (libFuzzer's options).
  public static func run(_ test: @escaping ([UInt8]) -> Void) {
    unsafe self.test = test
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    _ = unsafe runDriver(&count, &arguments, testOneInput)
  }
}

// By this name the fuzzer's library refers to it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe FuzzDriver.test([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
