// A process that ends while threads wait in the library: `beaver-leaver FILE return|exit|closed`.
import Beaver
import Foundation

let (path, way) = (CommandLine.arguments[1], CommandLine.arguments[2])
let db = try Beaver.open(path)
let jobs = try db.queue("jobs", as: Int.self)
let news = try db.channel("news", as: Int.self).subscribe()
let numbers = try db.log("log", as: Int.self).live(window: .seconds(60), every: .seconds(60))
for _ in 0..<4 { Task { try await jobs.get() } }
Thread.detachNewThread { _ = try? jobs.get() }
Thread.detachNewThread { _ = try? news.next() }
Thread.detachNewThread { while (try? numbers.next()) != nil {} }
let lock = try db.lock("lock")
_ = try lock.acquire()
Task { try await db.lock("lock").acquire() }
try await Task.sleep(for: .milliseconds(100))
if way == "closed" { try db.close() }
print("leaving")
if way == "exit" { exit(0) }
