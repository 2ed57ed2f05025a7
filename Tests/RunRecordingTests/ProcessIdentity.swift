import Foundation

enum ProcessIdentity {
  static var number: Int32 { ProcessInfo.processInfo.processIdentifier }
}
