import NIOCore
import NIOEmbedded
import Testing

@testable import NIOGnuTLS

@Suite("What waits to be written or read")
struct QueueTests {
  @Test("only what was flushed is written, in order")
  func flushed() {
    var pending = PendingWrites()
    pending.append(ByteBuffer(string: "a"), nil)
    #expect(pending.next(atMost: 10)?.bytes == nil)
    pending.flush()
    pending.append(ByteBuffer(string: "b"), nil)
    #expect(pending.next(atMost: 10)?.bytes == ByteBuffer(string: "a"))
    #expect(pending.next(atMost: 10)?.bytes == nil)
    pending.flush()
    #expect(pending.next(atMost: 10)?.bytes == ByteBuffer(string: "b"))
  }

  @Test("the last piece of a long write has its promise")
  func pieces() throws {
    let loop = EmbeddedEventLoop()
    let promise = loop.makePromise(of: Void.self)
    var pending = PendingWrites()
    pending.append(ByteBuffer(string: "abcde"), promise)
    pending.append(ByteBuffer(), nil)
    pending.flush()
    var pieces: [String] = []
    var withPromise: [Int] = []
    while let write = pending.next(atMost: 2) {
      if write.promise != nil { withPromise.append(pieces.count) }
      pieces.append(String(buffer: write.bytes))
    }
    #expect(pieces == ["ab", "cd", "e", ""])
    #expect(withPromise == [2])
    promise.succeed()
  }

  @Test("what is given up is given up once")
  func givenUp() {
    let loop = EmbeddedEventLoop()
    var pending = PendingWrites()
    pending.append(ByteBuffer(string: "a"), loop.makePromise())
    pending.append(ByteBuffer(string: "b"), nil)
    pending.flush()
    let promises = pending.takeAll()
    #expect(promises.count == 1)
    #expect(pending.takeAll().isEmpty)
    #expect(pending.next(atMost: 10)?.bytes == nil)
    for promise in promises { promise.succeed() }
  }

  @Test("joined promises are told in their order")
  func joined() throws {
    let loop = EmbeddedEventLoop()
    var order: [Int] = []
    let promises = (0..<3).map { number in
      let promise = loop.makePromise(of: Void.self)
      promise.futureResult.assumeIsolated().whenSuccess { order.append(number) }
      return promise
    }
    try #require(promises.joined(on: loop)).succeed()
    #expect(order == [0, 1, 2])
    #expect([EventLoopPromise<Void>]().joined(on: loop)?.futureResult == nil)
  }

  @Test("a read is owed until something was delivered")
  func owed() {
    var reads = ReadRequests()
    #expect(!reads.isOwed)
    #expect(reads.requested(isFull: false) == true)
    #expect(reads.completed() == false)
    #expect(reads.isOwed)
    reads.delivered()
    #expect(!reads.isOwed)
    #expect(reads.completed() == true)
    #expect(reads.completed() == false)
  }

  @Test("a read that is held back is made once there is room")
  func heldBack() {
    var reads = ReadRequests()
    #expect(reads.resumes() == false)
    #expect(reads.requested(isFull: true) == false)
    #expect(reads.resumes() == true)
    #expect(reads.resumes() == false)
  }
}
