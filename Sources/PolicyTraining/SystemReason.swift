internal import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

extension Error {
  /// Why a file operation failed, in the system's words where Foundation has wrapped them.
  public var systemReason: String {
    guard let cause = (self as? CocoaError)?.underlying as? POSIXError else { return "\(self)" }
    return String(cString: strerror(cause.code.rawValue))
  }
}
