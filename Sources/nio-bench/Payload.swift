internal import NIOCore

/// What is sent so that something is: always the same bytes.
enum Payload {
  private static let piece = ByteBuffer(repeating: 0x5a, count: 256 * 1024)

  /// Sends as much as is taken now.
  /// - Parameter left: How many bytes are to be sent, and how many are left then.
  static func send(_ left: inout Int, _ context: ChannelHandlerContext) {
    while left > 0, context.channel.isWritable {
      let count = min(left, piece.readableBytes)
      left -= count
      guard let piece = piece.getSlice(at: 0, length: count) else { return }
      context.writeAndFlush(NIOAny(piece), promise: nil)
    }
  }
}
