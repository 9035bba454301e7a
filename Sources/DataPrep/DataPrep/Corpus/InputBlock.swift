/// A run of input lines, across files: what one worker gets at a time.
///
/// Every line ends with a line feed, also where its file's last line does not; a `.txt` that is one document has no
/// line feed added.
final class InputBlock {
  /// The lines that came from one file.
  struct Segment {
    /// Which file of the corpus.
    let file: Int
    /// The number of its first line in that file, from 1.
    let firstLine: Int
    /// Where its bytes are.
    let range: Range<Int>
  }

  /// A block ends with the line that reaches so many bytes: the frames of every output are cut by this.
  static let targetBytes = 16 << 20
  /// Room behind the target: no more than this is read at once, so that most blocks need no larger buffer.
  static let slackBytes = 1 << 20

  private(set) var bytes: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private(set) var segments: [Segment] = []
  private let pool: BufferPool

  init(pool: BufferPool) {
    self.pool = pool
    bytes = pool.take(Self.targetBytes + Self.slackBytes)
  }

  deinit {
    pool.giveBack(bytes)
  }

  /// The bytes read so far.
  var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }

  /// Room for at least one more byte; a full buffer is doubled.
  func room() -> UnsafeMutableRawBufferPointer {
    if count == bytes.count {
      let larger = pool.take(2 * bytes.count)
      larger.copyMemory(from: content)
      pool.giveBack(bytes)
      bytes = larger
    }
    let end = min(bytes.count, count + Self.slackBytes)
    return UnsafeMutableRawBufferPointer(rebasing: bytes[count..<end])
  }

  /// Counts bytes that were written into `room`.
  func grow(by more: Int) {
    count += more
  }

  /// Appends bytes that were read too far.
  func append(_ source: UnsafeRawBufferPointer) {
    var left = source
    while !left.isEmpty {
      let target = room()
      let size = min(target.count, left.count)
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: left[..<size]))
      grow(by: size)
      left = UnsafeRawBufferPointer(rebasing: left[size...])
    }
  }

  /// Leaves out what stands behind `end`.
  func shorten(to end: Int) {
    count = end
  }

  /// Removes `range`; what stands behind it moves up.
  func remove(_ range: Range<Int>) {
    let tail = UnsafeRawBufferPointer(rebasing: bytes[range.upperBound..<count])
    UnsafeMutableRawBufferPointer(rebasing: bytes[range.lowerBound...]).copyMemory(from: tail)
    count -= range.count
  }

  /// States where the bytes of `range` came from.
  func close(_ range: Range<Int>, file: Int, firstLine: Int) {
    if !range.isEmpty {
      segments.append(Segment(file: file, firstLine: firstLine, range: range))
    }
  }
}
