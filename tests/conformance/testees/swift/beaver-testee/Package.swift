// swift-tools-version:6.0
import PackageDescription

// A package is known by the name of its folder: that is why this one has a folder of its own.
let package = Package(
    name: "beaver-testee",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../../../bindings/swift")],
    targets: [.executableTarget(name: "beaver-testee", dependencies: [.product(name: "Beaver", package: "swift")], path: "Sources")]
)
