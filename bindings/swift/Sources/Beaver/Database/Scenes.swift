extension Beaver {
    /// Where an app stands, as SwiftUI's scene phases say it.
    public enum Phase: Sendable {
        case active, inactive, background
    }

    /// Lets go of the file when the app goes into the background, and takes it up when it comes back: iOS ends an app that is
    /// suspended while it holds a lock on a file that it shares with others. Asked for a phase that it is in already, it does nothing.
    ///
    /// Where SwiftUI is, `.pausing(db)` on a view of the scene does it. Elsewhere it is called when the app's own life-cycle says so.
    public func enter(_ phase: Phase) throws {
        switch phase {
        case .background: try pause()
        case .active, .inactive: try resume()
        }
    }
}

#if canImport(SwiftUI)
    import SwiftUI

    extension Beaver.Phase {
        public init(_ phase: ScenePhase) {
            switch phase {
            case .background: self = .background
            case .inactive: self = .inactive
            default: self = .active
            }
        }
    }

    extension View {
        /// Pauses the database while the scene is in the background.
        ///
        /// - Parameter failed: told when the file could not be let go of or taken up again.
        public func pausing(_ db: Beaver, failed: @escaping (any Error) -> Void = { _ in }) -> some View {
            modifier(Pausing(db: db, failed: failed))
        }
    }

    private struct Pausing: ViewModifier {
        @Environment(\.scenePhase) private var phase
        let db: Beaver
        let failed: (any Error) -> Void

        func body(content: Content) -> some View {
            content.onChange(of: phase) { phase in
                do { try db.enter(Beaver.Phase(phase)) } catch { failed(error) }
            }
        }
    }
#endif
