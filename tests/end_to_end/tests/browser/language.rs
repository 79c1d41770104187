//! Languages: by the browser, by hand, by a link; one that is not there, and one whose words do not come.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{agrees, done, example, native};
use end_to_end::{Page, Server, check, check_at, copy_site};
use llm_selection::experiment::Experiment;
use llm_selection::link::{Link, PageState};
use serde_json::{Value, json};

/// A link to the example in a language.
fn link(language: &str) -> Result<String> {
    let mut link = Link::new(Experiment::from_json(&example().to_string())?);
    link.page = PageState { language: language.into(), ..PageState::default() };
    Ok(link.encode()?)
}

/// Opens a path in a window that shows nothing yet.
async fn open_anew(page: &Page, path: &str) -> Result<()> {
    page.browser().goto("about:blank").await?;
    page.open(path).await
}

async fn spoken(page: &Page, tag: &str) -> Result<()> {
    let script = "return document.documentElement.lang";
    page.until(&format!("the page to speak {tag}"), async || Ok((page.script(script).await? == tag).then_some(())))
        .await
}

#[tokio::test]
async fn a_language_is_chosen_by_hand_and_remembered() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.fill("spinbutton", "Rounds", "1500").await?;
        done(page).await?;
        page.click("checkbox", "Run policy 4, ε-greedy").await?;
        page.speak("ko").await?;
        // What was set up and played is still there.
        let rounds = page.find("spinbutton", "Rounds").await?.prop("value").await?;
        ensure!(rounds.as_deref() == Some("1500"), "{rounds:?}");
        page.find("button", "Run").await?;
        ensure!(page.said("Run") == "실행", "{}", page.said("Run"));
        page.screenshot("ko").await?;
        page.speak("ja").await?;
        ensure!(page.said("Run") == "実行", "{}", page.said("Run"));
        page.find("button", "Run").await?;
        page.screenshot("ja").await?;
        open_anew(page, "").await?;
        spoken(page, "ja").await?;
        page.find("button", "Run").await?;
        page.speak("en").await?;
        page.find("button", "Run").await?;
        open_anew(page, "").await?;
        spoken(page, "en").await
    })
    .await
}

#[tokio::test]
async fn an_explanation_is_in_the_language() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let open = async || {
            page.click("button", "Explain: Reward model").await?;
            page.text("#explain-reward:popover-open h2").await
        };
        ensure!(open().await? == "Reward model");
        page.key('\u{e00c}').await?;
        for tag in ["ko", "ja"] {
            page.speak(tag).await?;
            let (title, said) = (open().await?, page.said("Reward model"));
            ensure!(title == said && title != "Reward model", "{title}, {said}");
            page.key('\u{e00c}').await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_browser_chooses_and_a_link_before_it() -> Result<()> {
    check(async |page| {
        if !page.browser().has_devtools() {
            end_to_end::not_run("the browser's language", "Firefox takes it at its start only");
            return Ok(());
        }
        let agent = page.script("return navigator.userAgent").await?;
        let prefer = json!({ "userAgent": agent, "acceptLanguage": "fr-FR,ko-KR,en" });
        page.browser().devtools("Emulation.setUserAgentOverride", prefer).await?;
        open_anew(page, "").await?;
        spoken(page, "ko").await?;
        page.wait_for_text("실행").await?;
        open_anew(page, &link("ja")?).await?;
        spoken(page, "ja").await?;
        // In the same window, too.
        page.open(&link("ko")?).await?;
        spoken(page, "ko").await?;
        page.open("#learn/budget/2?language=ja").await?;
        spoken(page, "ja").await?;
        open_anew(page, "").await?;
        spoken(page, "ko").await
    })
    .await
}

#[tokio::test]
async fn what_is_shared_carries_the_language() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let shared = async || -> Result<String> {
            page.click("button", "Share").await?;
            let field = page.find("textbox", "Link to this experiment").await?;
            let address = field.prop("value").await?.context("a link")?;
            page.script("document.getElementById('share').hidePopover()").await?;
            Ok(Link::decode(&address)?.page.language)
        };
        ensure!(shared().await?.is_empty(), "English is left to the reader's browser");
        page.speak("ko").await?;
        ensure!(shared().await? == "ko");
        page.open("#learn/budget/2").await?;
        page.wait_for_text("수업 본문은 영어로 되어 있습니다.").await?;
        page.click("button", "Share").await?;
        let field = page.find("textbox", "Link to this step").await?;
        let address = field.prop("value").await?.context("a link")?;
        ensure!(address.ends_with("#learn/budget/2?language=ko"), "{address}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_language_that_is_not_there_is_said() -> Result<()> {
    check(async |page| {
        open_anew(page, &link("tlh-001")?).await?;
        page.wait_for_text("The link asks for the language “tlh-001”. The page speaks English, Korean and Japanese.")
            .await?;
        spoken(page, "en").await?;
        // The experiment is played all the same.
        done(page).await?;
        agrees(page, &native(&example(), &[])?).await?;
        page.click("button", "Close").await?;
        page.until("the message to go", async || {
            Ok((page.script("return document.querySelector('.unspoken') === null").await? == true).then_some(()))
        })
        .await?;
        // What is no tag is not repeated.
        open_anew(page, "#learn?language=<b>x</b>").await?;
        page.find("list", "All lessons").await?;
        ensure!(page.script("return document.querySelector('.unspoken') === null").await? == true);
        spoken(page, "en").await
    })
    .await
}

#[tokio::test]
async fn words_that_do_not_come_leave_the_page_as_it_is() -> Result<()> {
    let copy = tempfile::tempdir()?;
    copy_site(copy.path())?;
    for file in std::fs::read_dir(copy.path())? {
        let file = file?.path();
        if file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("words-ja")) {
            std::fs::remove_file(file)?;
        }
    }
    let server = Server::start(copy.path())?;
    let outcome = check_at(server.url(), async |page| {
        done(page).await?;
        let list = page.find("combobox", "Language").await?;
        let script = "arguments[0].value = 'ja'; arguments[0].dispatchEvent(new Event('change', { bubbles: true }));";
        page.browser().client().execute(script, vec![serde_json::to_value(&list)?]).await?;
        page.wait_for_text("The page’s words in 日本語 could not be loaded.").await?;
        page.find("button", "Run").await?;
        spoken(page, "en").await?;
        // The list says what is spoken.
        let shown = page.find("combobox", "Language").await?.prop("value").await?;
        ensure!(shown.as_deref() == Some("en"), "{shown:?}");
        Ok(())
    })
    .await;
    // The browser logs the file that is not there.
    match outcome {
        Err(error) if format!("{error:#}").lines().all(|line| !line.contains("http") || line.contains("words-ja")) => {
            ensure!(!format!("{error:#}").contains("waited"), "{error:#}");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Numbers are written as the browser writes them in that language; in English thousands are parted by a narrow space.
#[tokio::test]
async fn numbers_are_written_as_the_language_has_them() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.fill("spinbutton", "Rounds", "12000").await?;
        done(page).await?;
        let shown = async || -> Result<Value> {
            page.script(
                "return document.querySelector('[role=status]').closest('section').innerText.match(/12[^0-9]?000/)[0]",
            )
            .await
        };
        ensure!(shown().await? == "12\u{202f}000", "{}", shown().await?);
        for tag in ["ko", "ja"] {
            page.speak(tag).await?;
            let expected = page.script(&format!("return new Intl.NumberFormat('{tag}').format(12000)")).await?;
            ensure!(shown().await? == expected, "{} {expected}", shown().await?);
        }
        Ok(())
    })
    .await
}

/// Results without costs.
const FEW: &str = "query_id,model,score\n1,a,1\n1,b,0\n1,c,1\n2,a,0\n2,b,1\n2,c,1\n";

#[tokio::test]
async fn what_was_changed_is_said_in_the_language_that_is_spoken_now() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.drop_files(".drop", &[("few.csv", FEW)]).await?;
        let notice = "This data has no costs, so there is no budget.";
        page.wait_for_text(notice).await?;
        // So is what the format is called.
        page.wait_for_text("1 file, format neutral, one row a result.").await?;
        for (tag, format) in [("ko", "형식 중립"), ("ja", "形式は中立")] {
            page.speak(tag).await?;
            let said = page.said(notice);
            ensure!(said != notice, "{tag}: not translated");
            page.wait_for_text(&said).await?;
            page.wait_for_text(format).await?;
        }
        Ok(())
    })
    .await
}
