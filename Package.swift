// swift-tools-version: 6.2
// The only statement of the floors: a target may import what stands in its dependencies, and nothing else
// (`swift build --explicit-target-dependency-import-check error`).
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A Swift library below the roof.
func library(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// An executable `cram-VERB` on the roof: argument parsing and glue, nothing else.
func verb(_ name: String, _ house: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "cram-\(name)", dependencies: ["CramCommand"] + dependencies,
    path: "Sources/\(house)/cram-\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["TestSupport"] + dependencies, path: "Tests/\(name)Tests",
    swiftSettings: strict)
}

let package = Package(
  name: "cram",
  products: [
    // The consumer for other programs; `scripts/install` calls the static one libcram_ring.a too.
    .library(name: "cram_ring", type: .dynamic, targets: ["CRingLibrary"]),
    .library(name: "cram_ring_static", type: .static, targets: ["CRing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // Floor 0: C. Optimised in debug builds too, so that tests stay quick.
    .target(
      name: "CPlatform", path: "Sources/Protocol/CPlatform",
      cSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("crypto")]),
    .target(
      name: "CRing", path: "Sources/Protocol/CRing",
      cSettings: [.unsafeFlags(["-O3", "-fvisibility=hidden"])]),
    .target(
      name: "CRingLibrary", dependencies: ["CRing"], path: "Sources/Protocol/CRingLibrary",
      cSettings: [.unsafeFlags(["-fvisibility=hidden"])],
      linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-stdlib"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/Shards/CZstd", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/DataPrep/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CLz4", path: "Sources/Shards/CLz4", pkgConfig: "liblz4",
      providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(
      name: "CLzma", path: "Sources/DataPrep/CLzma", pkgConfig: "liblzma",
      providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(
      name: "CBzip2", path: "Sources/DataPrep/CBzip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(
      name: "CSnappy", path: "Sources/DataPrep/CSnappy", pkgConfig: "snappy",
      providers: [.apt(["libsnappy-dev"])]),
    .target(
      name: "CTextKernels", path: "Sources/DataPrep/CTextKernels",
      cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CKernels", path: "Sources/Trainer/CKernels", cSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "COpenBLAS", path: "Sources/Trainer/COpenBLAS", cSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("dl")]),

    // Floor 1
    library("RingProtocol", "Sources/Protocol/RingProtocol", ["CPlatform", "CRing"]),
    library("Plots", "Sources/Shards/Plots", []),

    // Floor 2
    library("Shards", "Sources/Shards/Shards", ["RingProtocol", "CZstd", "CLz4"]),
    library("Tokenization", "Sources/DataPrep/Tokenization", ["RingProtocol", "CTextKernels"]),

    // Floor 3
    library(
      "DataPrep", "Sources/DataPrep/DataPrep",
      [
        "Shards", "Tokenization", "RingProtocol", "CTextKernels", "CZstd", "CZlib", "CLz4", "CLzma",
        "CBzip2", "CSnappy", .product(name: "Yams", package: "Yams"),
      ]),
    library("Training", "Sources/Trainer/Training", ["RingProtocol", "CKernels", "COpenBLAS"]),

    // Roof
    library(
      "CramCommand", "Sources/Protocol/CramCommand",
      [
        "RingProtocol", "CPlatform",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    library(
      "DocumentCommand", "Sources/DataPrep/DocumentCommand",
      ["CramCommand", "DataPrep", "RingProtocol"]),
    verb("ring", "Protocol", ["RingProtocol", "Tokenization"]),
    verb("inspect", "Shards", ["Shards", "Plots", "Tokenization", "RingProtocol"]),
    verb("stream", "Shards", ["Shards", "RingProtocol"]),
    verb("merge", "Shards", ["Shards", "RingProtocol"]),
    verb("import", "Shards", ["Shards", "DataPrep", "Tokenization", "RingProtocol"]),
    verb("dedup", "DataPrep", ["DocumentCommand", "DataPrep", "RingProtocol"]),
    verb("filter", "DataPrep", ["DocumentCommand", "DataPrep", "Tokenization", "RingProtocol"]),
    verb("vocab", "DataPrep", ["DocumentCommand", "DataPrep", "Tokenization", "RingProtocol"]),
    verb(
      "tokenize", "DataPrep",
      ["DocumentCommand", "DataPrep", "Shards", "Tokenization", "RingProtocol"]),
    verb("train", "Trainer", ["Training", "RingProtocol"]),
    verb("evaluate", "Trainer", ["Training", "Tokenization", "RingProtocol"]),
    verb("export", "Trainer", ["Training", "RingProtocol"]),

    // Tests
    .executableTarget(
      name: "measure-encoding", dependencies: ["DataPrep", "Tokenization", "RingProtocol"],
      path: "Tests/Benchmarks/measure-encoding", swiftSettings: strict),
    .executableTarget(
      name: "measure-shards", dependencies: ["Shards", "CramCommand", "RingProtocol"],
      path: "Tests/Benchmarks/measure-shards", swiftSettings: strict),
    .executableTarget(
      name: "study-near", dependencies: ["DataPrep", "RingProtocol"],
      path: "Tests/Benchmarks/study-near", swiftSettings: strict),
    .executableTarget(
      name: "fuzz-reading", dependencies: ["DataPrep", "RingProtocol", "TestSupport"],
      path: "Tests/Fuzz/fuzz-reading", swiftSettings: strict),
    .target(
      name: "ShardFuzzing", dependencies: ["Shards", "RingProtocol", "CZstd", "TestSupport"],
      path: "Tests/Fuzz/ShardFuzzing", swiftSettings: strict),
    .executableTarget(
      name: "fuzz-shards", dependencies: ["ShardFuzzing", "CramCommand", "RingProtocol"],
      path: "Tests/Fuzz/fuzz-shards", swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: strict),
    .executableTarget(
      name: "ring-fuzz", dependencies: ["RingProtocol", "TestSupport"], path: "Tests/RingFuzz",
      swiftSettings: strict),
    tests("RingProtocol", ["RingProtocol", "CPlatform", "CRing"]),
    tests("CramCommand", ["CramCommand", "RingProtocol"]),
    tests("Shards", ["Shards", "ShardFuzzing", "RingProtocol", "CZstd"]),
    tests("Tokenization", ["Tokenization", "RingProtocol"]),
    tests(
      "DataPrep",
      [
        "DataPrep", "Shards", "Tokenization", "RingProtocol", "CTextKernels", "CZstd", "CZlib",
        "CLz4", "CLzma", "CBzip2",
      ]),
    tests("Training", ["Training", "RingProtocol"]),
    tests(
      "EndToEnd",
      [
        "RingProtocol", "Shards", "ring-fuzz", "cram-dedup", "cram-filter", "cram-vocab",
        "cram-tokenize", "cram-inspect", "cram-merge", "cram-import", "cram-stream", "cram-ring",
        "cram-train", "cram-evaluate", "cram-export",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
