//! `beaver-judge`: see `--help`, and SPEC.md beside the suites.

fn main() -> std::process::ExitCode {
    beaver_judge::main()
}
