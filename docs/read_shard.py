"""Reads a shard of token ids, written from FORMAT.md alone: Shard(path)[n] is sequence n of Shard(path).sequences."""
import struct

import numpy
import xxhash
import zstandard


class Shard:
    def __init__(self, path):
        self.file = open(path, "rb")
        magic, size, name, version, flags, width, codec = struct.unpack_from("<II8sHHBB", header := self.read(0, 4096))
        if (magic, size, name, version, flags, codec) != (0x184D2A50, 4088, b"CRAMTOK\0", 1, 0, 1):
            raise ValueError(f"{path} is no zstd shard of version 1")
        self.length, self.vocabulary_size, self.k, self.sequences, frames = struct.unpack_from("<IIIQI", header, 28)
        self.type = {2: "<u2", 4: "<u4"}[width]
        end = self.file.seek(0, 2)
        count, descriptor, magic = struct.unpack("<IBI", self.read(end - 9, 9))
        if (count, descriptor, magic) != (frames + 2, 0x80, 0x8F92EAB1):
            raise ValueError(f"{path} is cut off, or frames are missing")
        table = numpy.frombuffer(self.read(end - 9 - 12 * count, 12 * count), "<u4").reshape(count, 3)
        self.sizes = table[:, 0].astype("i8")
        self.starts = self.sizes.cumsum() - self.sizes
        index = self.read(self.starts[-1], self.sizes[-1])
        rows = struct.iter_unpack("<IIQQQ", index[24 : 24 + 32 * struct.unpack_from("<I", index, 20)[0]])
        sections = {kind: index[at : at + size] for kind, _, at, size, _ in rows}
        self.hashes = [record[0] for record in struct.iter_unpack("<QIIII", sections[1])]

    def read(self, at, size):
        self.file.seek(at)
        return self.file.read(int(size))

    def frame(self, number):
        packed = self.read(self.starts[number + 1], self.sizes[number + 1])
        if xxhash.xxh3_64_intdigest(packed) != self.hashes[number]:
            raise ValueError(f"frame {number} is damaged")
        return numpy.frombuffer(zstandard.decompress(packed), self.type).reshape(-1, self.length)

    def __getitem__(self, sequence):
        return self.frame(sequence // self.k)[sequence % self.k]
