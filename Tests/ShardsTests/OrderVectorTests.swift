import Shards
import Testing

/// The published vectors of `PROTOCOL.md`; they were computed by a program that is not ours.
struct OrderVectorTests {
  @Test func `keys are those of sha256sum`() {
    #expect(
      OrderKey.derive(purpose: "test", seed: 0) == (0x9248_7d56_c0e7_8814, 0x6445_e68c_3015_4e43))
    #expect(
      OrderKey.derive(purpose: "stored", seed: 7, epoch: 3)
        == (0xf7ec_d45a_7c9c_b7c7, 0xd544_64b8_6a04_0b4d))
  }

  @Test func `ten elements`() {
    let first = KeyedPermutation(
      count: 10, key: OrderKey.derive(purpose: "test", seed: 0, epoch: 0))
    #expect((0..<10).map { first[$0] } == [7, 8, 9, 0, 2, 6, 1, 4, 5, 3])
    let second = KeyedPermutation(
      count: 10, key: OrderKey.derive(purpose: "test", seed: 0, epoch: 1))
    #expect((0..<10).map { second[$0] } == [9, 6, 7, 3, 5, 0, 1, 2, 4, 8])
  }

  @Test(
    arguments: [
      (1000, [331, 51, 555, 520, 267]),
      (1_099_511_627_776, [210970030233, 497520339360, 158765434724, 432789091451, 907729865852]),
      (
        UInt64.max,
        [
          2512380536814232351, 17183631313553842858, 5085649464074291736, 4453950083133639631,
          12553401549391844168,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func `larger counts`(count: UInt64, expected: [UInt64]) {
    let permutation = KeyedPermutation(
      count: count, key: OrderKey.derive(purpose: "stored", seed: 7, epoch: 3))
    #expect((0..<5).map { permutation[$0] } == expected)
  }
}
