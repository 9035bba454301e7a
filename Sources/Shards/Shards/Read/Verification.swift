import RingProtocol

/// Checks that nothing of a shard or of a dataset has changed since it was written.
public enum Verification {
  /// Every fault of the shard at `path`; none when every byte is as it was written.
  ///
  /// Reads and unpacks everything, on `threads` threads.
  public static func problems(shard path: String, threads: Int) -> [ShardError] {
    do throws(ShardError) {
      return problems(of: try ShardReader(path), threads: threads)
    } catch { return [error] }
  }

  /// Every fault of an open shard: of each frame and of each section of its index.
  ///
  /// - Parameter observe: is given the plain bytes of every whole frame, in order.
  static func problems(
    of shard: ShardReader, threads: Int,
    observe: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) -> [ShardError] {
    var problems = indexProblems(of: shard)
    var counted = [UInt64](repeating: 0, count: shard.header.vocabularySize)
    frames(of: shard, threads: threads) { frame in
      switch frame {
      case .failure(let error): problems.append(error)
      case .success(let frame):
        for (id, count) in frame.histogram.enumerated() where count != 0 {
          counted[id] += UInt64(count)
        }
        frame.plain.withUnsafeBytes(observe)
      }
    }
    if problems.isEmpty, let written = try? shard.histogram(), written != counted {
      problems.append(
        .damaged(
          path: shard.path, offset: shard.offsets.last!,
          found: "the index's histogram is not that of the sequences"))
    }
    return problems
  }

  private struct Frame: Sendable {
    let plain: [UInt8]
    let histogram: [UInt32]
  }

  /// Hands the content of every frame to `body`, in order, or what is wrong with it.
  private static func frames(
    of shard: ShardReader, threads: Int, _ body: (Result<Frame, ShardError>) -> Void
  ) {
    OrderedMap.run(
      count: shard.frameCount, threads: threads, makeWorker: { FrameDecoder() },
      produce: { decoder, number in
        do throws(ShardError) {
          return Result<Frame, ShardError>.success(try frame(number, of: shard, with: &decoder))
        } catch { return .failure(error) }
      },
      consume: { _, frame in body(frame) })
  }

  /// A frame that is whole and of which the index tells the truth.
  private static func frame(
    _ number: Int, of shard: ShardReader, with decoder: inout FrameDecoder
  ) throws(ShardError) -> Frame {
    let plain = try shard.plain(frame: number, with: &decoder)
    let (header, record) = (shard.header, shard.records[number])
    let counted = plain.withUnsafeBytes {
      FrameStatistics($0, type: header.tokenType, vocabularySize: header.vocabularySize)
    }
    guard let counted, counted.minimumID == record.minimumID,
      counted.maximumID == record.maximumID, counted.count(of: header.roles.pad) == record.padding
    else {
      throw .damagedFrame(
        path: shard.path, frame: number, offset: shard.offsets[number],
        found: "its ids are not those that the index counts, or not below \(header.vocabularySize)")
    }
    return Frame(plain: plain, histogram: counted.histogram)
  }

  /// Reads every section of the index, those of later releases too.
  private static func indexProblems(of shard: ShardReader) -> [ShardError] {
    var problems: [ShardError] = []
    for section in shard.index.sections {
      do throws(ShardError) {
        _ = try ShardReader.read(section, file: shard.file, offset: shard.offsets.last!)
      } catch { problems.append(error) }
    }
    do throws(ShardError) { _ = try shard.histogram() } catch {
      if problems.isEmpty { problems.append(error) }
    }
    return problems
  }
}
