//! What a person has typed for a live run, kept as it was typed, and the set-up that it means. It is kept by the room's own
//! worker and is in no link and no file: neither may say where a key is sent.

use crate::form::{Kind, PolicyForm, number, whole};
use crate::words::{say, told};
use llm_selection::data::prices::{AS_OF, list_price};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::{Grader, MAX_ROUNDS, MAX_SEED, Policy, RewardModel, Task, TokenPrice};
use llm_selection::live::grade::{JUDGE_TEMPLATE, Scoring};
use llm_selection::live::ledger::Caps;
use llm_selection::live::protocol::Listed;
use llm_selection::live::provider::{Endpoint, PROVIDERS, Provider, provider};
use llm_selection::live::sample::TEMPLATE;
use llm_selection::live::setup::{Judge, MOST_BATCH, Model, Pace, Setup};
use llm_selection::plan::policy_label;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use yew::AttrValue;

/// Longest pasted text that is kept for the next visit, in bytes.
const LONGEST_KEPT: usize = 1 << 20;
/// Models that the room opens with: provider and name.
const OPENING: [(&str, &str); 3] =
    [("openai", "gpt-4o-mini"), ("anthropic", "claude-haiku-4-5"), ("mistral", "mistral-small-2603")];

/// How answers are scored, without what a scoring needs beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScoringKind {
    Exact,
    CaseFolded,
    Number,
    NumberWithin,
    ChoiceLetter,
    ExactLetter,
    Contains,
    Regex,
    Rouge2,
    Judged,
}

impl ScoringKind {
    /// All, in the order of the list.
    pub const ALL: [ScoringKind; 10] = [
        ScoringKind::ChoiceLetter,
        ScoringKind::ExactLetter,
        ScoringKind::Exact,
        ScoringKind::CaseFolded,
        ScoringKind::Contains,
        ScoringKind::Number,
        ScoringKind::NumberWithin,
        ScoringKind::Regex,
        ScoringKind::Rouge2,
        ScoringKind::Judged,
    ];

    /// What it is called.
    pub fn name(self) -> AttrValue {
        say!(match self {
            ScoringKind::ChoiceLetter => "Choice letter",
            ScoringKind::ExactLetter => "Choice letter and nothing else",
            ScoringKind::Exact => "The same text",
            ScoringKind::CaseFolded => "The same text, in any case",
            ScoringKind::Contains => "Contains the reference",
            ScoringKind::Number => "Last number",
            ScoringKind::NumberWithin => "Last number, about",
            ScoringKind::Regex => "Pattern",
            ScoringKind::Rouge2 => "ROUGE-2",
            ScoringKind::Judged => "A model judges",
        })
    }

    /// Whether scores may be between 0 and 1.
    pub fn is_graded(self) -> bool {
        matches!(self, ScoringKind::Rouge2 | ScoringKind::Judged)
    }
}

/// A model as it was typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelForm {
    /// Number that stays with it.
    pub id: u32,
    pub plays: bool,
    /// The provider's id.
    pub provider: String,
    /// Address of a server that the person runs.
    pub base: String,
    /// The provider's name of the model.
    pub model: String,
    /// Dollars per million tokens; empty = the list price, where there is one.
    pub input: String,
    pub output: String,
    /// What the provider's own list said of this model.
    pub listed: Option<TokenPrice>,
}

impl Default for ModelForm {
    fn default() -> ModelForm {
        ModelForm::new(0, "openai", "")
    }
}

impl ModelForm {
    fn new(id: u32, provider: &str, model: &str) -> ModelForm {
        let text = str::to_owned;
        let (input, output) = (String::new(), String::new());
        let base = String::new();
        ModelForm { id, plays: true, provider: text(provider), base, model: text(model), input, output, listed: None }
    }

    /// Its provider; that of another version of the page is the first.
    pub fn provider(&self) -> &'static Provider {
        provider(&self.provider).unwrap_or(&PROVIDERS[0])
    }

    /// Where it is called.
    pub fn endpoint(&self) -> Endpoint {
        let provider = self.provider();
        match provider.own {
            true => Endpoint { base: self.base.trim().to_owned(), ..Endpoint::of(provider) },
            false => Endpoint::of(provider),
        }
    }

    /// Another provider: its address, and no price of the old one.
    pub fn turn_to(&mut self, id: &str) {
        self.provider = id.to_owned();
        (self.base, self.listed) = (self.provider().base.to_owned(), None);
        (self.input, self.output) = Default::default();
    }

    /// The price that holds where none is typed, and where it is from.
    pub fn list_price(&self) -> Option<(TokenPrice, AttrValue)> {
        let own = self.listed.map(|price| (price, say!("{provider}'s list", provider = told(self.provider().name))));
        let known = || list_price(self.model.trim()).map(|price| (price, say!("list price of {month}", month = AS_OF)));
        // A server of one's own has its own prices, whatever its models are called.
        own.or_else(|| if self.provider().own { None } else { known() })
    }

    /// Takes what the provider's list says of its price.
    pub fn look_up(&mut self, list: &[Listed]) {
        let found = list.iter().find(|listed| listed.model == self.model.trim());
        self.listed = found.and_then(|listed| listed.price);
    }

    /// Whether there is a price for both kinds of tokens.
    pub fn has_price(&self) -> bool {
        self.list_price().is_some() || !(self.input.trim().is_empty() || self.output.trim().is_empty())
    }

    fn price(&self, place: usize) -> Result<Option<TokenPrice>> {
        let listed = self.list_price().map(|(price, _)| price);
        let part = |text: &str, listed: Option<f64>, name: &str| match text.trim() {
            "" => Ok(listed),
            typed => number(typed, &format!("models[{place}].price.{name}"), "dollars per million tokens, from 0 up")
                .map(Some),
        };
        let input = part(&self.input, listed.map(|price| price.input), "input")?;
        let output = part(&self.output, listed.map(|price| price.output), "output")?;
        Ok(input.zip(output).map(|(input, output)| TokenPrice { input, output }))
    }
}

/// How fast a provider is called, as it was typed; empty = as all others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaceForm {
    pub at_once: String,
    pub per_minute: String,
}

/// What may not be exceeded, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CapsForm {
    /// Dollars.
    pub dollars: String,
    pub calls: String,
    pub minutes: String,
}

impl Default for CapsForm {
    fn default() -> CapsForm {
        CapsForm { dollars: "0.25".into(), calls: "400".into(), minutes: "30".into() }
    }
}

impl CapsForm {
    /// As a run has them.
    pub fn of(caps: &Caps) -> CapsForm {
        CapsForm { dollars: caps.dollars.to_string(), calls: caps.calls.to_string(), minutes: caps.minutes.to_string() }
    }

    /// # Errors
    /// What is no number, or outside its range.
    pub fn caps(&self) -> Result<Caps> {
        let caps = Caps {
            dollars: number(&self.dollars, "caps.dollars", "0 to 1,000,000 dollars")?,
            calls: whole(&self.calls, "caps.calls", 1..=10_000_000)? as u32,
            minutes: number(&self.minutes, "caps.minutes", "above 0, at most 100,000 minutes")?,
        };
        caps.check().map(|()| caps)
    }
}

/// The whole form. A field that is not in one that was kept is as in a room that opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveForm {
    /// Whether providers are called; else the built-in one simulates them.
    pub real: bool,
    /// Whether the person brings the questions.
    pub own_questions: bool,
    #[serde(skip_serializing_if = "is_long")]
    pub pasted: String,
    pub models: Vec<ModelForm>,
    pub reward: RewardModel,
    pub max_models: String,
    /// Dollars a question; empty = no budget.
    pub budget: String,
    /// Score from which an answer is right, where scores are graded.
    pub threshold: String,
    /// The policy, of the Playground's; `None` = C2MAB-V as it comes.
    pub policy: Option<PolicyForm>,
    pub rounds: String,
    pub batch: String,
    pub seed: String,
    pub shuffled: bool,
    pub scoring: ScoringKind,
    pub tolerance: String,
    pub pattern: String,
    /// The number of the model that judges.
    pub judge: Option<u32>,
    pub judge_template: String,
    pub judge_tokens: String,
    pub template: String,
    pub system: String,
    pub caps: CapsForm,
    pub max_tokens: String,
    pub at_once: String,
    /// Empty = as many as come.
    pub per_minute: String,
    /// By provider's id what differs for it.
    pub paces: BTreeMap<String, PaceForm>,
    /// Seconds.
    pub timeout: String,
    pub retries: String,
}

impl Default for LiveForm {
    fn default() -> LiveForm {
        let models = OPENING.iter().zip(1..).map(|((provider, model), id)| ModelForm::new(id, provider, model));
        LiveForm {
            real: false,
            own_questions: false,
            pasted: String::new(),
            models: models.collect(),
            reward: RewardModel::Awc,
            max_models: "2".into(),
            budget: "0.00003".into(),
            threshold: "1".into(),
            policy: None,
            rounds: "50".into(),
            batch: "4".into(),
            seed: "1".into(),
            shuffled: true,
            scoring: ScoringKind::ChoiceLetter,
            tolerance: "0.01".into(),
            pattern: String::new(),
            judge: None,
            judge_template: JUDGE_TEMPLATE.into(),
            judge_tokens: "64".into(),
            template: TEMPLATE.into(),
            system: String::new(),
            caps: CapsForm::default(),
            max_tokens: "64".into(),
            at_once: "2".into(),
            per_minute: String::new(),
            paces: BTreeMap::new(),
            timeout: "60".into(),
            retries: "3".into(),
        }
    }
}

fn is_long(text: &str) -> bool {
    text.len() > LONGEST_KEPT
}

impl LiveForm {
    /// A form that was kept; one that cannot be read is as in a room that opens.
    pub fn from_json(text: &str) -> LiveForm {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Adds a model of the provider of the last one.
    pub fn add_model(&mut self) {
        let id = self.models.iter().map(|model| model.id).max().unwrap_or(0) + 1;
        let last = self.models.last().map_or("openai", |model| model.provider().id);
        let mut model = ModelForm::new(id, last, "");
        model.base = self.models.last().map(|model| model.base.clone()).unwrap_or_default();
        self.models.push(model);
    }

    /// Names of the models on the page and in exports: the provider's, told apart where two are the same.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for model in &self.models {
            let plain = model.model.trim().to_owned();
            let same = self.models.iter().filter(|other| other.model.trim() == plain).count() > 1;
            let told = if same && !plain.is_empty() { format!("{plain} at {}", model.provider().name) } else { plain };
            let mut name = told.clone();
            let mut number = 2;
            while names.contains(&name) {
                name = format!("{told} {number}");
                number += 1;
            }
            names.push(name);
        }
        names
    }

    /// Place of the model that judges, where one does.
    pub fn judge(&self) -> Option<usize> {
        let id = self.judge.filter(|_| self.scoring == ScoringKind::Judged)?;
        self.models.iter().position(|model| model.id == id)
    }

    /// The models that are called, with their places.
    pub fn called(&self) -> impl Iterator<Item = (usize, &ModelForm)> {
        let judge = self.judge();
        self.models.iter().enumerate().filter(move |(place, model)| model.plays || judge == Some(*place))
    }

    /// Endpoints of the models that are called, each once.
    pub fn endpoints(&self) -> BTreeSet<Endpoint> {
        self.called().map(|(_, model)| model.endpoint()).collect()
    }

    /// The policy.
    ///
    /// # Errors
    /// Text that is no number where one is needed.
    pub fn policy(&self) -> Result<Policy> {
        match &self.policy {
            Some(policy) => policy.policy(0),
            None => PolicyForm::new(0, Kind::C2mabV, "").policy(0),
        }
    }

    /// The set-up, without its questions: the worker has them.
    ///
    /// # Errors
    /// What is no number where one is needed. Ranges are the set-up's own to check.
    pub fn setup(&self) -> Result<Setup> {
        let names = self.names();
        let models = self.models.iter().zip(names).enumerate().map(|(place, (model, name))| {
            Ok(Model {
                // The error about an empty one is about the model's name.
                name: if name.trim().is_empty() { format!("model {}", place + 1) } else { name },
                endpoint: model.endpoint(),
                model: model.model.trim().to_owned(),
                price: model.price(place)?,
                plays: model.plays,
            })
        });
        let paces = self.endpoints().into_iter().map(|endpoint| {
            let own = self.paces.get(&endpoint.provider).cloned().unwrap_or_default();
            let pick = |own: String, all: &String| if own.trim().is_empty() { all.clone() } else { own };
            let per_minute = pick(own.per_minute, &self.per_minute);
            let pace = Pace {
                at_once: whole(&pick(own.at_once, &self.at_once), "at_once", 1..=64)? as u32,
                per_minute: match per_minute.trim() {
                    "" => None,
                    text => Some(whole(text, "per_minute", 1..=100_000)? as u32),
                },
            };
            Ok((endpoint, pace))
        });
        let task = Task {
            reward: self.reward,
            max_models: Some(whole(&self.max_models, "task.max_models", 1..=200)? as u32),
            budget: match self.budget.trim() {
                "" => None,
                text => Some(number(text, "task.budget", "dollars above 0, or nothing for no budget")?),
            },
            success_threshold: match self.scoring.is_graded() {
                true => number(&self.threshold, "task.success_threshold", "a number above 0 and at most 1")?,
                false => 1.0,
            },
            feedback: None,
            stop_on_failure: false,
            at_least_one: true,
        };
        let judge = match (self.scoring, self.judge()) {
            (ScoringKind::Judged, Some(model)) => Some(Judge {
                model,
                template: self.judge_template.clone(),
                max_tokens: whole(&self.judge_tokens, "judge.max_tokens", 1..=1_000_000)? as u32,
            }),
            (ScoringKind::Judged, None) => {
                return Err(Error::new(ErrorKind::Missing, "a model that judges").at_field("judge"));
            }
            _ => None,
        };
        Ok(Setup {
            dry: !self.real,
            models: models.collect::<Result<_>>()?,
            questions: Vec::new(),
            shuffled: self.shuffled,
            system: self.system.clone(),
            template: self.template.clone(),
            scoring: self.scoring()?,
            judge,
            task,
            policy: self.policy()?,
            rounds: whole(&self.rounds, "rounds", 1..=MAX_ROUNDS.into())? as u32,
            seed: whole(&self.seed, "seed", 0..=MAX_SEED)?,
            batch: whole(&self.batch, "batch", 1..=MOST_BATCH.into())? as u32,
            max_tokens: whole(&self.max_tokens, "max_tokens", 1..=1_000_000)? as u32,
            timeout_s: number(&self.timeout, "timeout_s", "1 to 3,600 seconds")?,
            retries: whole(&self.retries, "retries", 0..=20)? as u32,
            paces: paces.collect::<Result<_>>()?,
            caps: self.caps.caps()?,
        })
    }

    fn scoring(&self) -> Result<Scoring> {
        Ok(Scoring::Graded(match self.scoring {
            ScoringKind::Exact => Grader::Exact,
            ScoringKind::CaseFolded => Grader::CaseFolded,
            ScoringKind::Number => Grader::Number,
            ScoringKind::NumberWithin => {
                Grader::NumberWithin(number(&self.tolerance, "grader.number-within", "a tolerance of at least 0")?)
            }
            ScoringKind::ChoiceLetter => Grader::ChoiceLetter,
            ScoringKind::Contains => Grader::Contains,
            ScoringKind::Regex => Grader::Regex(self.pattern.clone()),
            ScoringKind::ExactLetter => return Ok(Scoring::ExactLetter),
            ScoringKind::Rouge2 => return Ok(Scoring::Rouge2),
            ScoringKind::Judged => return Ok(Scoring::Judged),
        }))
    }
}

/// The policies that can be chosen, with their labels: C2MAB-V as it comes first, then the Playground's that need not know
/// the models beforehand.
pub fn policies(form: &LiveForm, playground: &[PolicyForm]) -> Vec<(String, Option<PolicyForm>)> {
    let mut all: Vec<(String, Option<PolicyForm>)> = Vec::new();
    let label = |policy: &PolicyForm| policy.policy(0).ok().map(|policy| policy_label(&policy));
    let usual = PolicyForm::new(0, Kind::C2mabV, "");
    all.extend(label(&usual).map(|label| (label, None)));
    let names = form.names();
    let fits = |policy: &&PolicyForm| match policy.kind {
        Kind::Oracle | Kind::Offline => false,
        // Models of the Playground's own world are none here.
        Kind::Fixed => policy.models.iter().all(|model| names.contains(model)),
        _ => true,
    };
    // What was chosen stays, also when the Playground's list has changed since.
    for policy in playground.iter().filter(fits).chain(&form.policy) {
        if let Some(label) = label(policy).filter(|label| all.iter().all(|(other, _)| other != label)) {
            all.push((label, Some(policy.clone())));
        }
    }
    all
}
