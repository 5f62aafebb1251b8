#if NIO
internal import NIOCore

/// What the owner has written, in order, up to what is encrypted: to be sent as far as it was flushed.
struct PendingWrites {
  struct Write {
    let bytes: ByteBuffer
    let promise: EventLoopPromise<Void>?
  }

  private var writes = MarkedCircularBuffer<Write>(initialCapacity: 4)

  mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    writes.append(Write(bytes: bytes, promise: promise))
  }

  mutating func flush() { writes.mark() }

  /// The next that was flushed. Long ones come in pieces, the last of which has the promise.
  mutating func next(atMost count: Int) -> Write? {
    guard writes.hasMark, let first = writes.first else { return nil }
    guard first.bytes.readableBytes > count else { return writes.removeFirst() }
    var rest = first.bytes
    guard let piece = rest.readSlice(length: count) else { return nil }
    writes[writes.startIndex] = Write(bytes: rest, promise: first.promise)
    return Write(bytes: piece, promise: nil)
  }

  /// Nothing of it will be sent. Each of them is forgotten before its owner hears of it, who may write more.
  mutating func takeAll() -> [EventLoopPromise<Void>] {
    defer { writes = MarkedCircularBuffer(initialCapacity: 4) }
    return writes.compactMap { $0.promise }
  }
}

/// What is told of one write to the network to all whose bytes were in it, in their order.
extension [EventLoopPromise<Void>] {
  /// - Returns: Nil if nobody wants to know.
  func joined(on loop: any EventLoop) -> EventLoopPromise<Void>? {
    guard count > 1 else { return first }
    let promise = loop.makePromise(of: Void.self)
    promise.futureResult.whenComplete { result in
      for one in self { one.completeWith(result) }
    }
    return promise
  }
}

#endif
