//! The room *Live*: a dry run, real calls to a stand-in provider that fails in every way, tabs that are killed, caps, keys.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::live::{
    StubModel, answer, ask, choose, dollars, give_key, grade, kept, open, real, search_everywhere, session, start,
    status,
};
use end_to_end::playground::alerts;
use end_to_end::stub::{Fault, Plan, Stub};
use end_to_end::{Page, check};
use llm_selection::live::fault::FaultKind;
use llm_selection::live::log::{Outcome, Record};
use llm_selection::live::protocol::Ending;
use llm_selection::live::session::{Pause, Phase};
use serde_json::json;

const KEY: &str = "sk-stub-3f9a1c77d2e84b60";

/// Waits until the status contains a text.
async fn until_status(page: &Page, text: &str) -> Result<()> {
    page.until(&format!("the status \"{text}\""), async || Ok(status(page).await?.contains(text).then_some(())))
        .await
        .context(status(page).await?)
        .context(alerts(page).await?)
}

/// As [`until_status`], for as long as it takes.
async fn until_status_long(page: &Page, text: &str) -> Result<()> {
    for _ in 0..8 {
        if until_status(page, text).await.is_ok() {
            return Ok(());
        }
    }
    until_status(page, text).await
}

/// Waits until so many questions are answered, in a run that goes on.
async fn until_asked(page: &Page, count: u32) -> Result<()> {
    page.until(&format!("{count} questions"), async || {
        let text = status(page).await?;
        ensure!(!text.ends_with("Done"), "the run has ended: {text}");
        let asked = text.split("question ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
        Ok(asked.is_some_and(|asked| asked >= count).then_some(()))
    })
    .await
    .context(alerts(page).await?)
}

#[tokio::test]
async fn a_dry_run_needs_nothing_and_is_read_by_the_other_rooms() -> Result<()> {
    check(async |page| {
        open(page).await?;
        page.screenshot("first").await?;
        start(page).await?;
        until_status(page, "50 questions").await?;
        ensure!(status(page).await?.ends_with("Done"), "{}", status(page).await?);
        page.wait_for_text("Dry run").await?;
        page.screenshot("done").await?;
        let session = session(page).await?;
        ensure!(session.phase() == Phase::Done && session.setup().dry);
        let spent = page
            .script("return Number(document.querySelector('section[aria-labelledby=live-spend] dl data').value)")
            .await?;
        // Firefox's driver rounds the last digit of numbers that pass through it.
        let off = spent.as_f64().unwrap_or(f64::NAN) - session.ledger().known();
        ensure!(off.abs() < 1e-12, "{spent} shown, {} kept", session.ledger().known());
        // Kept: the run is there after a reload, as it was.
        page.open("#live").await?;
        until_status(page, "Done").await?;
        page.click("button", "Open in the Playground").await?;
        page.wait_for_text("50 queries").await?;
        end_to_end::playground::done(page).await?;
        page.screenshot("playground").await
    })
    .await
}

#[tokio::test]
async fn five_hundred_rounds_with_faults_in_a_tab_that_is_killed_three_times() -> Result<()> {
    let models = [
        StubModel { provider: "custom", name: "small", price: (0.5, 2.0) },
        StubModel { provider: "custom-anthropic", name: "large-think", price: (3.0, 15.0) },
        StubModel { provider: "custom-gemini", name: "medium", price: (1.0, 4.0) },
    ];
    let share = 0.2 / 12.0;
    let faults = [
        Fault::RateLimited { retry_after: Some(1) },
        Fault::RateLimited { retry_after: None },
        Fault::RequestTimeout,
        Fault::Conflict,
        Fault::ServerError,
        Fault::Overloaded,
        Fault::Truncated,
        Fault::Html,
        Fault::UsageMissing,
        Fault::UsageNegative,
        Fault::Interrupted,
        Fault::Late { milliseconds: 3_000 },
    ];
    let names: Vec<&str> = models.iter().map(|model| model.name).collect();
    let stub = Stub::start(Plan {
        key: KEY.into(),
        latency: 100..=400,
        seed: 11,
        faults: faults.map(|fault| (fault, share)).to_vec(),
        cached: 0.25,
        // Else the browser itself sends some calls twice, and nobody but the provider knows.
        keeps_connections: false,
        ..Plan::new(&names, answer)
    })?;
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 500).await?;
        grade(page).await?;
        choose(page, "Reward model", "Sum up").await?;
        for (name, value) in [
            ("Models per question", "2"),
            ("Rounds", "500"),
            ("Batch", "32"),
            ("At once", "8"),
            ("Timeout", "2"),
            ("Total spend", "5"),
            ("Calls", "5000"),
            ("Output tokens a call", "64"),
            ("Budget per question", "0.01"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        let client = page.browser().client();
        for kill in [60, 200, 350] {
            until_asked(page, kill).await?;
            // A new tab, and the old one is gone in the middle of its calls.
            let new = client.new_window(true).await?.handle;
            page.until("calls under way", async || {
                let under_way = stub.bill().iter().filter(|call| call.ended.is_none()).count();
                Ok((under_way > 2).then_some(()))
            })
            .await?;
            client.close_window().await?;
            client.switch_to_window(new).await?;
            page.open("#live").await?;
            until_status(page, "Press Go on").await?;
            // The key was in the memory of the tab that is gone.
            search_everywhere(page, KEY).await?;
            give_key(page, &stub, KEY).await?;
            page.click("button", "Go on").await?;
        }
        until_status_long(page, "Done").await?;
        page.screenshot("done").await?;
        let (_, entries) = kept(page).await?;
        let session = session(page).await?;
        ensure!(session.phase() == Phase::Done && session.state().0 == 500);
        let bill = stub.bill();
        let (known, (unknown, count)) = (session.ledger().known(), session.ledger().unknown());
        let billed = dollars(&bill, &models)?;
        ensure!(known <= billed + 1e-9 && billed <= known + unknown + 1e-9, "{known} ≤ {billed} ≤ {known} + {unknown}");
        ensure!(count > 0 && unknown > 0.0, "some calls have an unknown outcome");
        ensure!(session.ledger().at_most() <= 5.0);
        // No call with a known reply, or an unknown outcome, was made again: of each question and model one was billed.
        let mut answered = std::collections::BTreeSet::new();
        for call in bill.iter().filter(|call| call.tokens.prompt > 0) {
            let number =
                call.body.split("number is ").nth(1).and_then(|rest| rest.split('?').next()).context("a question")?;
            ensure!(
                answered.insert((call.model.clone(), number.to_owned())),
                "{} was asked {number} twice",
                call.model
            );
        }
        let retried = entries.iter().filter(|entry| matches!(entry.what, Record::Intent { attempt: 2.., .. })).count();
        ensure!(retried > 20, "{retried} calls were tried again");
        let unknown_outcomes = entries
            .iter()
            .filter(|entry| {
                matches!(&entry.what,
            Record::Outcome { outcome: Outcome::Failed { fault, .. }, .. } if fault.kind == FaultKind::UnknownOutcome)
            })
            .count();
        ensure!(unknown_outcomes > 0, "calls were under way when the tab was killed");
        ensure!(stub.blocked() == 0, "{} preflights were refused", stub.blocked());
        // The key is nowhere, and neither is it in what is given away.
        page.click("button", "Share").await?;
        page.find("textbox", "Link to this experiment").await?;
        search_everywhere(page, KEY).await?;
        page.script("document.getElementById('share').hidePopover()").await?;
        page.click("button", "Download result files").await?;
        search_everywhere(page, KEY).await?;
        page.until("downloads", async || Ok((!page.downloads()?.is_empty()).then_some(()))).await?;
        for name in page.downloads()? {
            let bytes = page.downloaded(&name).await?;
            ensure!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "the key is in {name}");
        }
        for entry in page.browser().console().await? {
            ensure!(!entry.message.contains(KEY), "the key is on the console");
            ensure!(!entry.is_error() || of_network(&entry.message), "{}", entry.message);
        }
        Ok(())
    })
    .await
}

/// One call of each of many models, each going wrong in its own way.
#[tokio::test]
async fn every_fault_is_told_with_what_to_do() -> Result<()> {
    use FaultKind as Kind;
    let cases: [(&str, Fault, Option<FaultKind>); 21] = [
        ("wrong-key", Fault::WrongKey, Some(Kind::WrongKey)),
        ("no-credit", Fault::NoCredit, Some(Kind::NoCredit)),
        ("forbidden", Fault::Forbidden, Some(Kind::Forbidden)),
        ("no-cors", Fault::NoCors, Some(Kind::Unreachable)),
        ("no-model", Fault::UnknownModel, Some(Kind::UnknownModel)),
        ("rate-limited", Fault::RateLimited { retry_after: Some(300) }, Some(Kind::RateLimited)),
        ("late-408", Fault::RequestTimeout, Some(Kind::Overloaded)),
        ("conflict", Fault::Conflict, Some(Kind::Overloaded)),
        ("broken-500", Fault::ServerError, Some(Kind::Overloaded)),
        ("busy", Fault::Overloaded, Some(Kind::Overloaded)),
        ("truncated", Fault::Truncated, Some(Kind::Broken)),
        ("html", Fault::Html, Some(Kind::NotJson)),
        ("huge", Fault::Huge, Some(Kind::TooLarge)),
        ("endless", Fault::Endless, Some(Kind::TimedOut)),
        ("stalled", Fault::Stalled, Some(Kind::TimedOut)),
        ("redirect", Fault::Redirect, Some(Kind::Redirected)),
        ("interrupted", Fault::Interrupted, Some(Kind::Broken)),
        ("no-usage", Fault::UsageMissing, None),
        ("negative", Fault::UsageNegative, None),
        ("empty", Fault::Empty, None),
        ("refused", Fault::Refused, None),
    ];
    let names: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    let elsewhere = Stub::start(Plan { key: KEY.into(), ..Plan::new(&["redirect"], answer) })?;
    let stub = Stub::start(Plan {
        key: KEY.into(),
        redirect_to: elsewhere.origin(),
        keeps_connections: false,
        ..Plan::new(&names, answer)
    })?;
    for (name, fault, _) in &cases {
        stub.script(name, vec![*fault]);
    }
    let models: Vec<StubModel> =
        names.iter().map(|name| StubModel { provider: "custom", name, price: (1.0, 2.0) }).collect();
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 1).await?;
        grade(page).await?;
        choose(page, "Reward model", "Sum up").await?;
        for (name, value) in [
            ("Models per question", "21"),
            ("Rounds", "1"),
            ("At once", "21"),
            ("Timeout", "3"),
            ("Retries", "0"),
            ("Total spend", "5"),
            ("Budget per question", "1"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_status(page, "Done").await?;
        page.screenshot("faults").await?;
        let (setup, entries) = kept(page).await?;
        let mut calls = std::collections::BTreeMap::new();
        for entry in &entries {
            match &entry.what {
                Record::Intent { call, slot, .. } => {
                    calls.insert(*call, slot.arm);
                }
                Record::Outcome { call, outcome } => {
                    let (name, _, expected) = &cases[calls[call]];
                    match (outcome, expected) {
                        (Outcome::Failed { fault, .. }, Some(kind)) => {
                            ensure!(fault.kind == *kind, "{name}: {fault:?}");
                            let model = setup.models.get(calls[call]).context("a model")?;
                            let advice = fault.advice(&model.endpoint, &model.model, "https://page.example");
                            ensure!(advice.len() > 20, "{name}: {advice}");
                        }
                        (Outcome::Answered(said), None) => {
                            let unknown = matches!(*name, "no-usage" | "negative");
                            ensure!(said.dollars.is_none() == unknown, "{name}: {said:?}");
                            ensure!((*name == "refused") == (said.ending == Ending::Refused), "{name}: {said:?}");
                            ensure!(
                                (*name == "empty") == said.text.is_empty() || *name == "refused",
                                "{name}: {said:?}"
                            );
                        }
                        (other, _) => anyhow::bail!("{name}: {other:?}"),
                    }
                }
                _ => {}
            }
        }
        ensure!(calls.len() == 21, "{} calls", calls.len());
        // The other server was never spoken to.
        ensure!(elsewhere.bill().is_empty() && elsewhere.blocked() == 0);
        let session = session(page).await?;
        let billed = dollars(&stub.bill(), &models)?;
        ensure!(billed <= session.ledger().at_most() + 1e-9, "{billed}");
        // Each says in words what it is, and a call's own window what to do.
        let shown = page.script("return document.querySelector('table[aria-label=Calls]').innerText").await?;
        let shown = shown.as_str().context("the table")?.to_owned();
        for title in [
            "The key was not accepted",
            "The account has no credit",
            "The call did not get through",
            "No answer in time",
            "The answer is too large",
            "The answer is no JSON",
            "The server sent the call elsewhere",
            "The answer broke off",
            "Too many calls in a short time",
            "refused",
        ] {
            ensure!(shown.contains(title), "{title} is not in {shown}");
        }
        let number = (1..=21).find(|number| shown.contains(&format!("{number}"))).context("a call")?;
        page.click("button", &format!("Call {number}")).await?;
        page.screenshot("call").await?;
        Ok(())
    })
    .await
    // What the browser itself says of refused and broken calls is no fault of the page.
    .or_else(only_network)
}

/// Whether the browser says of a call that it has failed: of this the console may speak.
fn of_network(line: &str) -> bool {
    ["Failed to load resource", "has been blocked by CORS policy", "net::ERR_"].iter().any(|known| line.contains(known))
}

/// The browser logs calls that fail; nothing else may be on the console, and the test itself must have passed.
fn only_network(error: anyhow::Error) -> Result<()> {
    // Where the test failed as well, what it says is the cause behind the console's lines.
    let passed = error.chain().count() == 1;
    let text = error.to_string();
    let list = text.strip_prefix("errors on the browser's console:\n").filter(|_| passed);
    match list {
        Some(list) if list.lines().all(of_network) => Ok(()),
        _ => Err(error),
    }
}

#[tokio::test]
async fn a_cap_stops_the_run_and_can_be_raised() -> Result<()> {
    let models = [StubModel { provider: "custom", name: "large", price: (100.0, 1_000.0) }];
    let stub = Stub::start(Plan {
        key: KEY.into(),
        latency: 20..=40,
        keeps_connections: false,
        ..Plan::new(&["large"], answer)
    })?;
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 40).await?;
        grade(page).await?;
        for (name, value) in [
            ("Models per question", "1"),
            ("Rounds", "40"),
            ("Batch", "4"),
            ("Output tokens a call", "10"),
            ("At once", "4"),
            ("Total spend", "0.2"),
            ("Budget per question", "0.05"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_status(page, "Stopped at the cap on dollars").await?;
        page.screenshot("capped").await?;
        let before = session(page).await?;
        ensure!(before.phase() == Phase::Paused(Pause::Opened) && before.ledger().at_most() <= 0.2);
        ensure!((dollars(&stub.bill(), &models)? - before.ledger().known()).abs() < 1e-9);
        page.fill("spinbutton", "Total spend", "10").await?;
        page.click("button", "Change caps").await?;
        page.click("button", "Go on").await?;
        until_status(page, "Done").await?;
        let after = session(page).await?;
        ensure!((dollars(&stub.bill(), &models)? - after.ledger().known()).abs() < 1e-9);
        ensure!(after.ledger().caps.dollars == 10.0 && stub.bill().len() == 40);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_a_network_it_waits_and_goes_on() -> Result<()> {
    let models = [StubModel { provider: "custom", name: "large", price: (1.0, 2.0) }];
    let stub = Stub::start(Plan {
        key: KEY.into(),
        latency: 150..=200,
        keeps_connections: false,
        ..Plan::new(&["large"], answer)
    })?;
    check(async |page| {
        if !page.browser().has_devtools() {
            end_to_end::not_run("offline in the middle of a run", "this browser cannot be told to be offline");
            return Ok(());
        }
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 60).await?;
        grade(page).await?;
        for (name, value) in [("Models per question", "1"), ("Rounds", "60"), ("Output tokens a call", "10"), ("Total spend", "1")] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_asked(page, 5).await?;
        let network = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        page.browser().devtools("Network.enable", json!({})).await?;
        page.browser().devtools("Network.emulateNetworkConditions", network(true)).await?;
        until_status(page, "Waiting for the network").await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let calls = stub.bill().len();
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        ensure!(stub.bill().len() == calls, "nothing is sent meanwhile");
        page.screenshot("offline").await?;
        page.browser().devtools("Network.emulateNetworkConditions", network(false)).await?;
        until_status_long(page, "Done").await?;
        let session = session(page).await?;
        let (known, (unknown, _)) = (session.ledger().known(), session.ledger().unknown());
        let billed = dollars(&stub.bill(), &models)?;
        ensure!(known <= billed + 1e-9 && billed <= known + unknown + 1e-9);
        Ok(())
    })
    .await
    .or_else(only_network)
}

#[tokio::test]
async fn where_nothing_can_be_saved_nothing_is_sent() -> Result<()> {
    let models = [StubModel { provider: "custom", name: "large", price: (1.0, 2.0) }];
    let stub = Stub::start(Plan {
        key: KEY.into(),
        latency: 100..=150,
        keeps_connections: false,
        // Long answers fill what room there is.
        ..Plan::new(&["large"], |model, prompt| format!("{}{}", answer(model, prompt), " and so on".repeat(6_000)))
    })?;
    check(async |page| {
        let used = page.script_async("return [location.origin, (await navigator.storage.estimate()).usage]").await?;
        let room = used[1].as_u64().unwrap_or_default() + 400_000;
        let quota = json!({ "origin": used[0], "quotaSize": room });
        if page.browser().devtools("Storage.overrideQuotaForOrigin", quota).await.is_err() {
            end_to_end::not_run("a full disk in the middle of a run", "this browser lets nobody set a quota");
            return Ok(());
        }
        // The browser believes for half a minute what it has found out about room.
        page.browser().client().refresh().await?;
        page.open("#live").await?;
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 60).await?;
        grade(page).await?;
        for (name, value) in [
            ("Models per question", "1"),
            ("Rounds", "60"),
            ("Output tokens a call", "20000"),
            ("Total spend", "10"),
            ("Budget per question", "0.1"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_status(page, "nothing can be saved").await?;
        page.wait_for_text("no room left").await?;
        page.screenshot("full").await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let calls = stub.bill().len();
        ensure!(calls < 60, "{calls} calls");
        tokio::time::sleep(Duration::from_millis(700)).await;
        ensure!(stub.bill().len() == calls, "nothing is sent meanwhile");
        page.browser().devtools("Storage.overrideQuotaForOrigin", json!({ "origin": used[0] })).await?;
        page.click("button", "Go on").await?;
        until_status_long(page, "Done").await?;
        let session = session(page).await?;
        ensure!((dollars(&stub.bill(), &models)? - session.ledger().at_most()).abs() < 1e-9);
        ensure!(stub.bill().len() == 60, "no call was made twice");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_is_in_one_tab_and_keys_are_kept_only_where_that_is_wanted() -> Result<()> {
    let models = [StubModel { provider: "custom", name: "large", price: (1.0, 2.0) }];
    let stub = Stub::start(Plan {
        key: KEY.into(),
        latency: 150..=200,
        keeps_connections: false,
        ..Plan::new(&["large"], answer)
    })?;
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        let keeps = async || {
            let kept = page.script("return JSON.stringify({ ...sessionStorage })").await?;
            Ok::<bool, anyhow::Error>(kept.as_str().unwrap_or_default().contains(KEY))
        };
        ensure!(!keeps().await?);
        search_everywhere(page, KEY).await?;
        page.click("checkbox", "Keep keys until this tab closes").await?;
        page.until("the key in the tab's storage", async || Ok(keeps().await?.then_some(()))).await?;
        page.browser().client().refresh().await?;
        page.open("#live").await?;
        page.wait_for_text("•••••• set").await?;
        page.click("button", "Forget all keys").await?;
        page.until("the key gone", async || Ok((!keeps().await?).then_some(()))).await?;
        search_everywhere(page, KEY).await?;
        give_key(page, &stub, KEY).await?;
        ask(page, 60).await?;
        grade(page).await?;
        for (name, value) in
            [("Models per question", "1"), ("Rounds", "60"), ("Output tokens a call", "10"), ("Total spend", "1")]
        {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_asked(page, 5).await?;
        // A second tab does not take the run, and pays for nothing.
        let client = page.browser().client();
        let first = client.window().await?;
        let second = client.new_window(true).await?.handle;
        client.switch_to_window(second.clone()).await?;
        page.open("#live").await?;
        page.wait_for_text("open in another tab").await?;
        ensure!(status(page).await?.starts_with("Ready"), "{}", status(page).await?);
        client.switch_to_window(first).await?;
        until_status(page, "Done").await?;
        ensure!(stub.bill().len() == 60, "{} calls", stub.bill().len());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_model_judges_and_its_calls_are_paid_for() -> Result<()> {
    let models = [
        StubModel { provider: "custom", name: "small", price: (1.0, 2.0) },
        StubModel { provider: "custom-anthropic", name: "judge", price: (3.0, 15.0) },
    ];
    let stub = Stub::start(Plan {
        key: KEY.into(),
        keeps_connections: false,
        ..Plan::new(&["small", "judge"], |model, prompt| match model {
            // It is shown the question, what is right and the answer; wrong ones are all alike.
            "judge" => if prompt.contains("-1") { "No." } else { "Yes." }.to_owned(),
            _ => answer(model, prompt),
        })
    })?;
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 20).await?;
        grade(page).await?;
        choose(page, "Grader", "A model judges").await?;
        choose(page, "Judge", "judge").await?;
        // It judges, and does not play.
        page.click("checkbox", "judge").await?;
        for (name, value) in
            [("Models per question", "1"), ("Rounds", "20"), ("Total spend", "5"), ("Budget per question", "1")]
        {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_status(page, "Done").await?;
        let session = session(page).await?;
        let right = (0..20).filter(|number| answer("small", &format!("What number is {number}?")) != "-1").count();
        ensure!(0 < right && right < 20, "{right} of 20 are right");
        let mean = "return Number(document.querySelector('table[aria-label=Models] tbody tr data').value)";
        let shown = page.script(mean).await?.as_f64().context("a mean")?;
        ensure!((shown - right as f64 / 20.0).abs() < 1e-9, "{shown} shown, {right} of 20 are right");
        ensure!(stub.bill().len() == 40, "{} calls", stub.bill().len());
        ensure!((dollars(&stub.bill(), &models)? - session.ledger().known()).abs() < 1e-9);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_thousand_calls_only_those_in_view_are_on_the_page() -> Result<()> {
    let models = [
        StubModel { provider: "custom", name: "small", price: (0.1, 0.2) },
        StubModel { provider: "custom", name: "large", price: (1.0, 2.0) },
    ];
    let stub = Stub::start(Plan { key: KEY.into(), latency: 1..=20, ..Plan::new(&["small", "large"], answer) })?;
    check(async |page| {
        open(page).await?;
        real(page, &stub, &models, Some(KEY)).await?;
        ask(page, 50).await?;
        grade(page).await?;
        choose(page, "Reward model", "Sum up").await?;
        for (name, value) in [
            ("Models per question", "2"),
            ("Rounds", "500"),
            ("Batch", "40"),
            ("At once", "20"),
            ("Output tokens a call", "10"),
            ("Total spend", "100"),
            ("Calls", "100000"),
            ("Budget per question", "1"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        until_status_long(page, "Done").await?;
        ensure!(stub.bill().len() == 1_000, "{}", stub.bill().len());
        let rows = page.script("return document.querySelectorAll('table[aria-label=Calls] tbody tr').length").await?;
        ensure!(rows.as_u64().is_some_and(|rows| rows < 250), "{rows} rows are on the page");
        let all = page.script("return Number(document.querySelector('table[aria-label=Calls]').ariaRowCount)").await?;
        ensure!(all == json!(1_001), "{all}");
        // The oldest is there once it is scrolled to.
        let scroll = "const area = document.querySelector('.calls-scroll'); area.scrollTop = area.scrollHeight;";
        page.script(scroll).await?;
        page.until("the first call", async || {
            let there = "return [...document.querySelectorAll('table[aria-label=Calls] button')].some((it) => it.textContent === '1')";
            Ok((page.script(there).await? == true).then_some(()))
        })
        .await?;
        page.screenshot("many").await
    })
    .await
}
