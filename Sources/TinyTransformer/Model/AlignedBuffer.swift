internal import NumericKernels

/// How the process treats the large blocks that rollouts and passes allocate and free.
public enum LargeBlocks {
  /// Has them go back to the system when they are freed, which keeps the peak of a long run a quarter lower. To
  /// be called once, at the start of a program.
  public static func areReturned() { nk_return_large_blocks() }

  /// Has them be used again, for a process that reads blocks of the same sizes over and over.
  public static func areReused() { nk_reuse_large_blocks() }
}

/// Memory for the kernels: 64-byte aligned, zero at first, freed with its owner.
///
/// Not `Sendable`: whoever shares one between threads gives each its own range.
final class AlignedBuffer<Element: BitwiseCopyable> {
  private(set) var pointer: UnsafeMutablePointer<Element>
  private(set) var count: Int

  /// Elements after the end that kernels may read as part of a last vector.
  private static var slack: Int { 64 }

  init(count: Int = 0) {
    self.count = count
    pointer = Self.allocate(count)
  }

  deinit { pointer.deallocate() }

  /// Makes room for at least `needed` elements; a buffer that grows loses its contents and is
  /// zero again.
  func reserve(_ needed: Int) {
    guard needed > count else { return }
    pointer.deallocate()
    count = needed
    pointer = Self.allocate(needed)
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = (count + slack) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return raw.assumingMemoryBound(to: Element.self)
  }
}

/// Whole-byte versions of `update`, which in unspecialized generic code goes element by element.
extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
  /// Sets `count` elements to all zero bits.
  func clear(count: Int) {
    let bytes = count * MemoryLayout<Pointee>.stride
    UnsafeMutableRawPointer(self).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  /// Copies `count` elements.
  func copy(from source: UnsafePointer<Pointee>, count: Int) {
    UnsafeMutableRawPointer(self).copyMemory(
      from: source, byteCount: count * MemoryLayout<Pointee>.stride)
  }
}
