//! The golden experiments played by the built site's own workers: the same bits, whatever their number. The test takes the
//! part of the page's pool: it sends the same messages and merges the replies natively.

use anyhow::{Context, Result, bail, ensure};
use base64::prelude::{BASE64_STANDARD, Engine};
use end_to_end::golden_experiments::{GOLDEN, plan};
use end_to_end::{Page, check};
use llm_selection::optimum::reports;
use llm_selection::plan::Plan;
use llm_selection::protocol::{FromPlayer, ToPlayer, decode, encode};
use llm_selection::run::run;
use llm_selection::summary::{Collector, RunResult};
use serde_json::json;

/// Numbers of workers to play with.
const WORKERS: [usize; 3] = [1, 2, 7];

/// Starts workers as the page does, and waits until they listen. `play` sends each of the first ones its message, asks for
/// a slice after each reply until the last, and gives all replies in the order of arrival, in base64: drivers are slow with
/// long lists. JavaScript need not decode replies: the first byte of one is its kind (0 started, 1 played, 2 failed), and
/// the last byte of a played slice says whether it was the last.
const START: &str = "const url = document.querySelector('meta[name=worker]').content;
const players = await Promise.all(Array.from({ length: COUNT }, () => new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' });
    worker.onerror = () => reject(new Error('a worker that does not start'));
    worker.onmessage = () => resolve(worker);
})));
const packed = (text) => [Uint8Array.from(atob(text), (letter) => letter.charCodeAt())];
const text = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
window.play = async (starts, slice) => {
    const said = [];
    await Promise.all(starts.map((start, index) => new Promise((resolve) => {
        const worker = players[index];
        worker.onmessage = ({ data: [bytes] }) => {
            said.push(text(bytes));
            const goesOn = bytes[0] === 0 || (bytes[0] === 1 && bytes.at(-1) === 0);
            if (goesOn) worker.postMessage(packed(slice)); else resolve();
        };
        worker.postMessage(packed(start));
    })));
    return said;
};";

/// Plays a run with so many workers.
async fn play(page: &Page, number: u32, plan: &Plan, workers: usize) -> Result<RunResult> {
    let text = |message: &ToPlayer| anyhow::Ok(BASE64_STANDARD.encode(encode(message)?));
    let starts: Vec<String> = ToPlayer::starts(number, plan, workers).iter().map(text).collect::<Result<_>>()?;
    let slice = text(&ToPlayer::Play { run: number, until: plan.game.setting.rounds })?;
    let said = page.script_async(&format!("return play({}, {});", json!(starts), json!(slice))).await?;
    let mut collector = Collector::new(plan);
    let mut optima = None;
    for reply in serde_json::from_value::<Vec<String>>(said)? {
        match decode(&BASE64_STANDARD.decode(reply)?)? {
            FromPlayer::Started { run, optima: found } if run == number => optima = optima.or(found),
            FromPlayer::Played { run, updates, .. } if run == number => {
                updates.into_iter().for_each(|update| collector.absorb(update));
            }
            FromPlayer::Failed(error) => return Err(error.into()),
            other => bail!("a reply about another run: {other:?}"),
        }
    }
    ensure!(collector.is_complete(), "the workers have stopped before the end");
    let (optima, joint) = optima.context("the optima")?;
    Ok(collector.result(plan, &reports(plan, &optima, &joint)))
}

#[tokio::test]
async fn golden_experiments_have_the_same_digests_with_1_2_and_7_workers() -> Result<()> {
    check(async |page| {
        let most = WORKERS.into_iter().max().unwrap_or(1);
        page.script_async(&START.replace("COUNT", &most.to_string())).await?;
        let mut number = 0;
        for (name, text, digest) in GOLDEN {
            let plan = plan(text);
            let expected = run(plan.clone());
            for workers in WORKERS {
                number += 1;
                let found =
                    play(page, number, &plan, workers).await.with_context(|| format!("{name}, {workers} workers"))?;
                ensure!(found.digest == digest, "{name}, {workers} workers: {}", found.digest);
                ensure!(found == expected, "{name}, {workers} workers: the digest is right, the rest is not");
            }
        }
        Ok(())
    })
    .await
}
