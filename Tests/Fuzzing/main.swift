import Dispatch
import Foundation
import Synchronization

// Feeds readers of the program with changed inputs, and ends with the input in a file when one takes
// more than ten seconds or the memory passes 1 GB; a crash leaves its input in the same file.
//
//   Fuzzing CHECKOUT RUN SCRATCH SECONDS SEED [TARGET]

let arguments = CommandLine.arguments
guard arguments.count >= 6, let seconds = Double(arguments[4]), let seed = UInt64(arguments[5])
else {
  print("usage: Fuzzing CHECKOUT RUN SCRATCH SECONDS SEED [TARGET]")
  exit(2)
}
let scratch = arguments[3]
let inputFile = scratch + "/input"
let begun = Atomic<UInt64>(0)

@Sendable func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

Thread.detachNewThread {
  while true {
    sleep(1)
    let start = begun.load(ordering: .relaxed)
    if start != 0, now() > start, now() - start > 10_000_000_000 {
      print("HANG: more than 10 s, input in \(inputFile)")
      exit(3)
    }
  }
}

let targets = try Targets.all(checkout: arguments[1], run: arguments[2], scratch: scratch)
for target in targets where arguments.count < 7 || arguments[6] == target.name {
  var mutator = Mutator(seed: seed)
  let end = now() + UInt64(seconds * 1e9)
  var count = 0
  var slowest: UInt64 = 0
  while now() < end {
    let input = mutator.changed(
      target.seeds[mutator.below(target.seeds.count)],
      with: target.seeds[mutator.below(target.seeds.count)])
    // Kept in memory only: the folder is one of /dev/shm.
    _ = FileManager.default.createFile(atPath: inputFile, contents: Data(input))
    let start = now()
    begun.store(start, ordering: .relaxed)
    target.read(input)
    begun.store(0, ordering: .relaxed)
    slowest = max(slowest, now() - start)
    count += 1
    if count.isMultiple(of: 64) {
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      if usage.ru_maxrss > 1 << 20 {
        print(
          "MEMORY: more than 1 GB after \(count) inputs of \(target.name), input in \(inputFile)")
        exit(4)
      }
    }
  }
  print("\(target.name): \(count) inputs, slowest \(slowest / 1_000_000) ms")
  fflush(nil)
}
