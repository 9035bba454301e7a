import Testing
import Training

struct BackendMachineTests {
  @Test func `the processor says what it computes with`() throws {
    let machine = try CPUInformation()
    #expect(["portable", "avx2", "avx512"].contains(machine.kernels))
    #expect(machine.blasVersion.split(separator: ".").count >= 2)
    if machine.kernels == "avx512" { #expect(machine.blasCore == "SkylakeX") }
    #expect(try CPUInformation.measuredPeak(on: ThreadPool(threads: 1)) > 1e9)
  }

  @Test func `kernels that this processor lacks are not handed out`() throws {
    #expect(try CPUBackend(pool: ThreadPool(threads: 1), kernels: "avx1024") == nil)
  }

  @Test func `memory that the system refuses is an error`() {
    #expect(throws: BackendError.noMemory(bytes: 4 << 50)) { try FloatBlock(count: 1 << 50) }
    #expect("\(BackendError.noMemory(bytes: 7))".contains("7 bytes"))
  }

  @Test func `a missing OpenBLAS names the package`() {
    let line = "\(BackendError.noOpenBLAS(reason: "no such file"))"
    #expect(line.contains("no such file") && line.contains("libopenblas0-pthread"))
  }

  @Test func `a block is zero at first and aligned to a page`() throws {
    let block = try FloatBlock(count: 100_000)
    #expect(block.buffer.allSatisfy { $0 == 0 })
    #expect(UInt(bitPattern: block.pointer) % 4096 == 0)
  }
}
