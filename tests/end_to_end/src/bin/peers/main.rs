//! The engine beside other programs at the same job: native and in Chromium against numpy, numba, plain JavaScript,
//! MABWiser, SMPyBandits, scipy and scikit-learn. Run it by `cargo xtask bench --peers`, which hands over two Pythons: one with the
//! packages of `benches/peers/requirements.txt`, one with those of `requirements-smpybandits.txt`. With the first alone it
//! does the query-aware part only.
//!
//! Each row takes turns, ours and the peer's, so that a noisy machine hurts both, and reports the median of the ratios.
//! Before its ratio counts a peer must have come to the same: mean reward and cost a round, or the optimum.

mod query_aware;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use end_to_end::{Browser, COSTS, MEANS, Page, median, nine_models, serve};
use llm_selection::bandit::relaxation::linear::Linear;
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::random::{hash, unit};
use llm_selection::run::run;
use serde_json::{Value, json};

/// Cost per query of the example.
const BUDGET: f64 = 0.6;
/// What mean reward and mean cost a round of two right programs may differ by: about six standard errors of the
/// shortest rows. A uniformly random set is off by 0.1 and more.
const SAME_REWARD: f64 = 0.03;
const SAME_COST: f64 = 0.015;

/// Who plays.
#[derive(Clone, Copy, PartialEq)]
enum Player {
    Native,
    WebAssembly,
    JavaScript,
    /// A job of `benches/peers/peer.py`.
    Python(&'static str),
    /// The same in SMPyBandits' environment.
    SmPyBandits,
}

/// A game that both sides play, with as many replicates each as take it a fifth of a second and more.
struct Duel {
    what: &'static str,
    /// Kind of our policy.
    policy: &'static str,
    n: usize,
    /// `T`, rounds of a replicate.
    rounds: u32,
    ours: (Player, u32),
    peer: (Player, u32),
    name: &'static str,
    turns: u32,
    target: Option<f64>,
}

const SUC: &str = "C2MAB-V, sum up, K = 9, N = 4";
const UCB: &str = "UCB, K = 9, one model a round";

#[rustfmt::skip]
const DUELS: [Duel; 8] = [
    Duel { what: SUC, policy: "c2mab-v", n: 4, rounds: 1_000_000, ours: (Player::Native, 1), peer: (Player::Python("numba"), 1), name: "numba", turns: 31, target: Some(2.0) },
    Duel { what: SUC, policy: "c2mab-v", n: 4, rounds: 10_000, ours: (Player::Native, 100), peer: (Player::Python("numpy"), 1), name: "numpy, closed form", turns: 5, target: Some(200.0) },
    Duel { what: SUC, policy: "c2mab-v", n: 4, rounds: 10_000, ours: (Player::Native, 100), peer: (Player::Python("linprog"), 1), name: "numpy with scipy's linprog", turns: 3, target: Some(5_000.0) },
    Duel { what: "the same in Chromium", policy: "c2mab-v", n: 4, rounds: 1_000_000, ours: (Player::WebAssembly, 1), peer: (Player::JavaScript, 1), name: "plain JavaScript", turns: 31, target: Some(3.0) },
    Duel { what: "the same in Chromium", policy: "c2mab-v", n: 4, rounds: 1_000_000, ours: (Player::WebAssembly, 1), peer: (Player::Native, 1), name: "ours, native", turns: 31, target: Some(0.6) },
    Duel { what: UCB, policy: "cucb", n: 1, rounds: 10_000, ours: (Player::Native, 400), peer: (Player::Python("mabwiser"), 1), name: "MABWiser", turns: 5, target: Some(100.0) },
    Duel { what: UCB, policy: "cucb", n: 1, rounds: 10_000, ours: (Player::Native, 400), peer: (Player::SmPyBandits, 1), name: "SMPyBandits", turns: 5, target: None },
    Duel { what: "UCB, K = 9, four models a round", policy: "cucb", n: 4, rounds: 10_000, ours: (Player::Native, 300), peer: (Player::SmPyBandits, 1), name: "SMPyBandits", turns: 5, target: None },
];

/// Random linear programs, solved one after the other.
struct Programs {
    arms: usize,
    n: usize,
    /// Problems of a turn: all for ours, several times over, and the first few for the peer.
    problems: u32,
    again: u32,
    peer_problems: u32,
    method: &'static str,
    turns: u32,
    target: Option<f64>,
}

#[rustfmt::skip]
const PROGRAMS: [Programs; 3] = [
    Programs { arms: 9, n: 4, problems: 1_000, again: 500, peer_problems: 200, method: "highs", turns: 5, target: Some(4_000.0) },
    Programs { arms: 100_000, n: 10, problems: 8, again: 16, peer_problems: 1, method: "highs", turns: 3, target: Some(500.0) },
    Programs { arms: 100_000, n: 10, problems: 8, again: 16, peer_problems: 1, method: "highs-ipm", turns: 5, target: None },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let pythons: Vec<String> = std::env::args().skip(1).collect();
    let (python, smpybandits) = match pythons.as_slice() {
        [python, smpybandits] => (python, smpybandits),
        [python] => {
            let mut python = Python::start(Path::new(python))?;
            println!("{}\n{}\n", query_aware::compare(&mut python)?, machine());
            println!("Versions: {}, {}", rustc()?, list(&mut python, &PACKAGES)?);
            return Ok(());
        }
        _ => bail!("expected two Pythons: run `cargo xtask bench --peers`"),
    };
    let mut python = Python::start(Path::new(python))?;
    let mut smpybandits = Python::start(Path::new(smpybandits))?;
    let site = serve()?;
    let page = Page::new(Browser::start().await?, site.url());
    page.open("").await?;
    let port = include_str!("../../../../../benches/peers/c2mab_v.js");
    page.script(&format!("{port}\nwindow.playInPlainJavaScript = play;")).await?;

    println!("| what | ours | peer | its figure | ours / peer (range) | target |");
    println!("|---|---|---|---|---|---|");
    let mut hall = Hall { page: &page, python: &mut python, smpybandits: &mut smpybandits };
    for duel in &DUELS {
        println!("{}", hall.duel(duel).await.with_context(|| format!("{} against {}", duel.what, duel.name))?);
    }
    for programs in &PROGRAMS {
        println!("{}", solve(programs, hall.python).with_context(|| format!("linear program, K = {}", programs.arms))?);
    }
    println!("\n{}\n{}", query_aware::compare(hall.python)?, machine());
    println!("{}", versions(&page, hall.python, hall.smpybandits).await?);
    page.close().await
}

/// Where the players meet.
struct Hall<'a> {
    page: &'a Page,
    python: &'a mut Python,
    smpybandits: &'a mut Python,
}

/// What came of a turn: rounds a second, mean reward and mean cost a round.
struct Played {
    speed: f64,
    reward: f64,
    cost: f64,
}

impl Hall<'_> {
    async fn duel(&mut self, duel: &Duel) -> Result<String> {
        // Once without counting: the browser compiles what is hot while it runs.
        self.play(duel, duel.ours.0, duel.ours.1.min(20), 1).await?;
        self.play(duel, duel.peer.0, duel.peer.1.min(20), 1).await?;
        let (mut ours, mut peers) = (Vec::new(), Vec::new());
        for turn in 0..duel.turns {
            ours.push(self.play(duel, duel.ours.0, duel.ours.1, 2 * turn + 2).await?);
            peers.push(self.play(duel, duel.peer.0, duel.peer.1, 2 * turn + 3).await?);
        }
        let mean = |side: &[Played], of: fn(&Played) -> f64| side.iter().map(of).sum::<f64>() / side.len() as f64;
        let (reward, other) = (mean(&ours, |played| played.reward), mean(&peers, |played| played.reward));
        ensure!((reward - other).abs() <= SAME_REWARD, "another game: mean reward {reward:.4}, the peer's {other:.4}");
        let (cost, other) = (mean(&ours, |played| played.cost), mean(&peers, |played| played.cost));
        let learns_costs = duel.policy == "c2mab-v";
        ensure!(
            !learns_costs || (cost - other).abs() <= SAME_COST,
            "another game: mean cost {cost:.4}, the peer's {other:.4}"
        );
        let speed = |side: &[Played]| side.iter().map(|played| played.speed).collect::<Vec<_>>();
        let what = format!("{}, T = {}", duel.what, thousands(duel.rounds.into()));
        Ok(row(&what, "rounds/s", duel.name, &speed(&ours), &speed(&peers), duel.target))
    }

    async fn play(&mut self, duel: &Duel, player: Player, replicates: u32, seed: u32) -> Result<Played> {
        let experiment = nine_models(duel.n, BUDGET, &json!({ "kind": duel.policy }), duel.rounds, replicates, seed);
        // For the others, with the defaults of an experiment spelt out.
        let game = |job| {
            json!({
                "job": job, "means": MEANS, "costs": COSTS, "n": duel.n, "budget": BUDGET, "rounds": duel.rounds,
                "replicates": replicates, "alpha_mu": 0.3, "alpha_c": 0.05, "spread": 0.5, "seed": seed
            })
        };
        let answer = match player {
            Player::Native => {
                let plan = Plan::new(&Experiment::from_json(&experiment.to_string())?, None)?;
                let start = Instant::now();
                let result = run(plan);
                let seconds = start.elapsed().as_secs_f64();
                let finals = &result.policies.first().context("no policy")?.finals;
                json!({ "seconds": seconds, "reward": finals.reward.mean, "cost": finals.cost.mean })
            }
            Player::WebAssembly => {
                let script = format!(
                    "const {{ simulate }} = await import(new URL('./api/llm_selection.js', document.baseURI));
                    const start = performance.now(), result = await simulate({experiment});
                    const seconds = (performance.now() - start) / 1000, {{ reward, cost }} = result.policies[0].final;
                    return {{ seconds, reward: reward.mean, cost: cost.mean }};"
                );
                self.page.script_async(&script).await?
            }
            Player::JavaScript => {
                let script = format!(
                    "const start = performance.now(), played = playInPlainJavaScript({});
                    return {{ seconds: (performance.now() - start) / 1000, ...played }};",
                    game("")
                );
                self.page.script_async(&script).await?
            }
            Player::Python(job) => self.python.ask(&game(job))?,
            Player::SmPyBandits => self.smpybandits.ask(&game("smpybandits"))?,
        };
        let speed = f64::from(duel.rounds) * f64::from(replicates) / number(&answer, "seconds")?;
        Ok(Played { speed, reward: number(&answer, "reward")?, cost: number(&answer, "cost")? })
    }
}

/// One row of linear programs: the same problems on both sides, the objectives compared one by one.
fn solve(programs: &Programs, python: &mut Python) -> Result<String> {
    let &Programs { arms, n, problems, again, peer_problems, method, turns, target } = programs;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    let (mut linear, mut z) = (Linear::new(arms), vec![0.0; arms]);
    for turn in 0..turns {
        let keys: Vec<u32> = (turn * problems..(turn + 1) * problems).collect();
        let posed: Vec<Problem> = keys.iter().map(|&key| Problem::new(key, arms, n)).collect();
        let start = Instant::now();
        for _ in 0..again {
            for problem in &posed {
                linear.solve(&problem.w, &problem.c, n, problem.budget, &mut z);
                std::hint::black_box(&mut z);
            }
        }
        ours.push(f64::from(problems) * f64::from(again) / start.elapsed().as_secs_f64());
        let keys = &keys[..peer_problems.min(problems) as usize];
        let budgets: Vec<f64> = posed.iter().zip(keys).map(|(problem, _)| problem.budget).collect();
        let request = json!({ "job": "linear-programs", "arms": arms, "n": n, "keys": keys, "budgets": budgets, "method": method });
        let answer = python.ask(&request)?;
        peers.push(f64::from(peer_problems) / number(&answer, "seconds")?);
        let found = answer["objectives"].as_array().context("no objectives")?;
        ensure!(found.len() == keys.len(), "{} objectives for {} problems", found.len(), keys.len());
        for (problem, found) in posed.iter().zip(found) {
            linear.solve(&problem.w, &problem.c, n, problem.budget, &mut z);
            let objective: f64 = problem.w.iter().zip(&z).map(|(w, z)| w * z).sum();
            let found = found.as_f64().context("an objective that is no number")?;
            ensure!((objective - found).abs() <= 1e-6 * objective, "another optimum: {objective}, the peer's {found}");
        }
    }
    let what = format!("linear program, K = {}, n = {n}", thousands(arms as f64));
    Ok(row(&what, "solved/s", &format!("scipy's linprog, `{method}`"), &ours, &peers, target))
}

/// A random linear program; `benches/peers/peer.py` draws the same.
struct Problem {
    w: Vec<f64>,
    c: Vec<f64>,
    /// Half-way between the cheapest set and the best one.
    budget: f64,
}

impl Problem {
    fn new(key: u32, arms: usize, n: usize) -> Problem {
        let draw = |index: usize| unit(hash(key.into(), index as u64));
        let w: Vec<f64> = (0..arms).map(|k| 0.5 + 0.5 * draw(2 * k)).collect();
        let c: Vec<f64> = (0..arms).map(|k| 0.03 + 0.57 * w[k] * draw(2 * k + 1)).collect();
        let mut order: Vec<usize> = (0..arms).collect();
        order.sort_by(|&a, &b| w[b].total_cmp(&w[a]));
        let dear: f64 = order.iter().take(n).map(|&k| c[k]).sum();
        order.sort_by(|&a, &b| c[a].total_cmp(&c[b]));
        let cheap: f64 = order.iter().take(n).map(|&k| c[k]).sum();
        Problem { w, c, budget: 0.5 * (dear + cheap) }
    }
}

/// A row of the table: medians of both speeds, median and range of the ratios turn by turn.
fn row(what: &str, unit: &str, name: &str, ours: &[f64], peers: &[f64], target: Option<f64>) -> String {
    let ratios: Vec<f64> = ours.iter().zip(peers).map(|(ours, peer)| ours / peer).collect();
    let ratio = median(ratios.clone());
    let (low, high) = ratios.iter().fold((f64::INFINITY, 0.0f64), |(low, high), &r| (low.min(r), high.max(r)));
    let target = target.map_or("none".to_string(), |target| {
        format!("≥ {}: {}", thousands(target), if ratio >= target { "met" } else { "**missed**" })
    });
    format!(
        "| {what} | {} {unit} | {name} | {} | **{}** ({} to {}) | {target} |",
        thousands(median(ours.to_vec())),
        thousands(median(peers.to_vec())),
        thousands(ratio),
        thousands(low),
        thousands(high)
    )
}

/// Three significant digits, with commas between thousands.
fn thousands(value: f64) -> String {
    if value < 100.0 {
        let text = format!("{value:.*}", if value < 10.0 { 2 } else { 1 });
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text };
    }
    let mut unit = 1.0;
    while value >= 1_000.0 * unit {
        unit *= 10.0;
    }
    let digits = format!("{:.0}", (value / unit).round() * unit);
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A Python that does one job after the other.
struct Python {
    process: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Python {
    fn start(python: &Path) -> Result<Python> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/peers/peer.py");
        let mut process = Command::new(python)
            .args(["-B", "-W", "ignore", program])
            // One core for everybody.
            .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"].map(|name| (name, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", python.display()))?;
        let requests = process.stdin.take().context("a Python without input")?;
        let answers = BufReader::new(process.stdout.take().context("a Python without output")?).lines();
        Ok(Python { process, requests, answers })
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        writeln!(self.requests, "{request}").context("the Python program has ended")?;
        let line = self.answers.next().context("the Python program failed, see above")??;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn number(answer: &Value, key: &str) -> Result<f64> {
    answer[key].as_f64().with_context(|| format!("no number {key} in {answer}"))
}

/// Processor, number of cores and system.
fn machine() -> String {
    let field = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once([':', '='])?.1.trim().trim_matches('"').to_string())
    };
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let system = field("/etc/os-release", "PRETTY_NAME").unwrap_or_else(|| std::env::consts::OS.into());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("Machine: {processor}, {cores} cores, {system}")
}

/// Packages of the first Python.
const PACKAGES: [&str; 5] = ["numpy", "numba", "scipy", "mabwiser", "scikit-learn"];

fn rustc() -> Result<String> {
    let rustc = Command::new("rustc").arg("--version").output().context("cannot run rustc")?;
    Ok(String::from_utf8_lossy(&rustc.stdout).trim().to_string())
}

fn list(python: &mut Python, packages: &[&str]) -> Result<String> {
    let found = python.ask(&json!({ "job": "versions", "packages": packages }))?;
    let found = found.as_object().context("no versions")?;
    let names = found.iter().map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?")));
    Ok(names.collect::<Vec<_>>().join(", "))
}

async fn versions(page: &Page, python: &mut Python, smpybandits: &mut Python) -> Result<String> {
    let browser = page.browser().devtools("Browser.getVersion", json!({})).await?;
    let browser = browser["product"].as_str().unwrap_or("Chromium").replace('/', " ");
    let others = list(smpybandits, &["SMPyBandits", "numpy", "scipy"])?;
    Ok(format!("Versions: {}; {browser}; {}; {others}", rustc()?, list(python, &PACKAGES)?))
}
