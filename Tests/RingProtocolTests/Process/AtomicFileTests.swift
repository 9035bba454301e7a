import Glibc
import RingProtocol
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func `a file appears whole, under its name, at commit`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      var file = try AtomicFile(path: path)
      try file.write("one ")
      try file.write([UInt8](repeating: 0x78, count: 200_000))
      #expect(Folder.kind(of: path) == .nothing)
      try file.commit()
      #expect(try InputFile.bytes(of: path).count == 200_004)
      #expect(try Folder.entries(of: folder) == ["a"])
    }
  }

  @Test func `a file that is not committed leaves nothing`() throws {
    try withTemporaryFolder { folder in
      do {
        var file = try AtomicFile(path: folder + "/a")
        try file.write("half")
      }
      #expect(try Folder.entries(of: folder) == [])
    }
  }

  @Test func `a device stays what it is`() throws {
    try withTemporaryFolder { folder in
      try #require(symlink("/dev/null", folder + "/device") == 0)
      try AtomicFile.replace(folder + "/device", with: "text")
      #expect(Folder.kind(of: folder + "/device") == .other)
      #expect(try Folder.entries(of: folder) == ["device"])
    }
  }

  @Test func `a folder that is not there is named`() throws {
    let error = #expect(throws: FileError.self) {
      try AtomicFile.replace("/nowhere/at/all", with: "x")
    }
    #expect(error?.description.contains("/nowhere/at/all") == true)
  }

  @Test func `a full disk is called full`() throws {
    let error = #expect(throws: FileError.self) {
      let descriptor = open("/dev/full", O_WRONLY)
      defer { close(descriptor) }
      guard write(descriptor, "x", 1) == 1 else {
        throw FileError("write", "/dev/full", errno: errno)
      }
    }
    #expect(error?.description.contains("no space left") == true)
  }
}
