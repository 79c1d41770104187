//! The tool chain: `cargo xtask build`, `serve`, `test`, `bench`. Every tool it uses is a crate pinned by `Cargo.lock`,
//! but for the browsers and their drivers.

mod assets;
mod bench;
mod command;
mod gateway;
mod lessons;
mod lighthouse;
mod offline;
mod python;
mod reference;
mod serve;
mod setup;
mod site;
mod test;
mod words;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask build [--connect ORIGIN]...   the site, into dist/
cargo xtask serve [--port N] [--connect ORIGIN]...
                                          the same, then served on 127.0.0.1 (port 8080 or the next free one)
cargo xtask test [STEP]... [-- FILTER]    all checks, or only these: format lint native wasm browser
cargo xtask test --firefox [STEP]... [-- FILTER]
                                          the steps that need a browser (wasm browser) in Firefox
cargo xtask test --nginx [-- FILTER]      the step browser with a stock nginx as the server
cargo xtask test --reference              the engine against a re-derivation in Python (3.10 or newer, with venv)
cargo xtask test --gateway                the page before LiteLLM's proxy in Chromium (Python 3.10 or newer, with venv)
cargo xtask bench [--peers [query-aware]] the benchmarks, native and in the browser; or the engine beside other programs
                                          (numpy, numba, scipy, MABWiser, SMPyBandits, scikit-learn: needs Python 3.11 or
                                          3.12 with venv), its query-aware part alone where that is named
cargo xtask lighthouse                    what Lighthouse says of the site on a phone, the medians of five looks: fails where
                                          performance is below 95 or another category below 100 (needs Node.js)
--connect adds an origin (https://host) that the page may load data from and call models at to its
Content-Security-Policy.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let Some((name, rest)) = arguments.split_first() else { anyhow::bail!("no command given\n{USAGE}") };
    match name.as_str() {
        "build" => site::build(&options(rest, false)?.origins),
        "serve" => {
            let options = options(rest, true)?;
            site::build(&options.origins)?;
            serve::serve(options.port)
        }
        "test" => test::test(rest),
        "bench" if rest.is_empty() => bench::bench(),
        "bench" if rest == ["--peers"] => bench::peers(false),
        "bench" if rest == ["--peers", "query-aware"] => bench::peers(true),
        "lighthouse" if rest.is_empty() => lighthouse::lighthouse(),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => anyhow::bail!("`{}` is not a command\n{USAGE}", arguments.join(" ")),
    }
}

struct Options {
    origins: Vec<String>,
    port: u16,
}

fn options(arguments: &[String], with_port: bool) -> anyhow::Result<Options> {
    let mut options = Options { origins: Vec::new(), port: serve::DEFAULT_PORT };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        match (name.as_str(), rest.next()) {
            ("--connect", Some(origin)) => options.origins.push(site::checked_origin(origin)?),
            ("--port", Some(port)) if with_port => {
                options.port =
                    port.parse().map_err(|_| anyhow::anyhow!("--port: found `{port}`, expected 0 to 65535"))?;
            }
            _ => anyhow::bail!("`{name}` is not an option here, or its value is missing\n{USAGE}"),
        }
    }
    Ok(options)
}
