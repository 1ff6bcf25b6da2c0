// swift-tools-version:6.0
import Foundation
import PackageDescription

// On Apple's platforms the library comes as an XCFramework, elsewhere as a shared library that is given to the linker.
let framework = "BeaverNativeFFI.xcframework"
let hasFramework = FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)

// The tests and the programs beside them stay in the repository: what apps get has the sources alone.
let isRepository = FileManager.default.fileExists(atPath: Context.packageDirectory + "/Tests")
let forDevelopers: [Target] = [
    // A program that the tests start, to see how a process ends.
    .executableTarget(name: "beaver-leaver", dependencies: ["Beaver"], path: "Tests/Leaver"),
    .executableTarget(name: "beaver-bench", dependencies: ["Beaver"], path: "Benchmarks"),
    .testTarget(name: "BeaverTests", dependencies: ["Beaver"]),
]

let package = Package(
    name: "Beaver",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "Beaver", targets: ["Beaver"])],
    targets: [
        hasFramework
            ? .binaryTarget(name: "BeaverNativeFFI", path: framework)
            : .systemLibrary(name: "BeaverNativeFFI"),
        // Generated, and not clean in the mode of Swift 6.
        .target(name: "BeaverNative", dependencies: ["BeaverNativeFFI"], swiftSettings: [.swiftLanguageMode(.v5)]),
        .target(name: "Beaver", dependencies: ["BeaverNative"]),
    ] + (isRepository ? forDevelopers : [])
)
