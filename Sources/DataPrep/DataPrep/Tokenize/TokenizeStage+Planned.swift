import RingProtocol
import Shards

/// Parts of the corpus are encoded, one command packs them, and the shards are written by several.
extension TokenizeStage: PartitionedStage {
  package func plan(of command: StageCommand, _ state: StepState, partitions: Int) -> StepPlan {
    let ground = PartedCorpus.planned(corpus, state, partitions: partitions)
    let encode = RunStep(reading: "encode", partitions: partitions) { context in
      let part = try ground.partitioning().part(context.part, of: corpus)
      return try packer(part, folder: state.folder, context.progress)
        .spoolPart(context.part).partJSON
    }
    let pack = RunStep("pack", count: 1) { context in
      var packing = Packing()
      var documents: [UInt64] = []
      for facts in try state.facts(of: "encode", count: partitions) {
        let before = packing.documents
        packing.add(part: facts)
        documents.append(packing.documents - before)
      }
      packing.sides = try packer(corpus, folder: state.folder, nil).divide(documents)
      try check(packing)
      try packing.save(to: state.folder)
      try arrange(packing, memory: context.memory) { _, work in try work() }
      return .null
    }
    let shards = RunStep("shards", count: partitions) { context in
      for side in try packing(in: state).sides {
        let writer = writer(of: side, command)
        let count = writer.shardCount(of: side.spool.count)
        let numbers = count * context.part / partitions..<count * (context.part + 1) / partitions
        guard !numbers.isEmpty else { continue }
        try writer.writeShards(
          numbers, of: try source(of: side, memory: context.memory),
          cancellation: cancellation ?? CancellationFlag())
      }
      return .null
    }
    // What was written is read and verified once more as it becomes datasets.
    return StepPlan(
      state: state, working: [ground.survey(), encode, pack, shards],
      conclude: { _, report in
        try write(try packing(in: state), command, &report) { _, work in try work() }
      })
  }

  /// What the step before has packed.
  private func packing(in state: StepState) throws -> Packing {
    guard let packing = Packing.load(state.folder, blockBytes: blockBytes) else {
      throw StepError.notDone(step: "pack", part: 0)
    }
    return packing
  }
}
