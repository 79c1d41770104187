//! What each number means: a small button and the text it opens. Formulas are MathML.

use crate::form::Kind;
use yew::prelude::*;

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Reward,
    MaxModels,
    Budget,
    C2mabV,
    C2mabVDirect,
    Cucb,
    Thompson,
    EpsilonGreedy,
    PrimalDual,
    Fixed,
    Offline,
    Random,
    Oracle,
    Run,
    Columns,
    Against,
    Bound,
    Ratio,
    Sampling,
    Changes,
}

const ALL: [Topic; 20] = [
    Topic::Reward,
    Topic::MaxModels,
    Topic::Budget,
    Topic::C2mabV,
    Topic::C2mabVDirect,
    Topic::Cucb,
    Topic::Thompson,
    Topic::EpsilonGreedy,
    Topic::PrimalDual,
    Topic::Fixed,
    Topic::Offline,
    Topic::Random,
    Topic::Oracle,
    Topic::Run,
    Topic::Columns,
    Topic::Against,
    Topic::Bound,
    Topic::Ratio,
    Topic::Sampling,
    Topic::Changes,
];

impl Topic {
    /// The explanation of a kind of policy.
    pub fn of(kind: Kind) -> Topic {
        match kind {
            Kind::C2mabV => Topic::C2mabV,
            Kind::C2mabVDirect => Topic::C2mabVDirect,
            Kind::PrimalDual => Topic::PrimalDual,
            Kind::Offline => Topic::Offline,
            Kind::Cucb => Topic::Cucb,
            Kind::Thompson => Topic::Thompson,
            Kind::EpsilonGreedy => Topic::EpsilonGreedy,
            Kind::Fixed => Topic::Fixed,
            Kind::Random => Topic::Random,
            Kind::Oracle => Topic::Oracle,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Topic::Reward => "explain-reward",
            Topic::MaxModels => "explain-n",
            Topic::Budget => "explain-budget",
            Topic::C2mabV => "explain-c2mab-v",
            Topic::C2mabVDirect => "explain-c2mab-v-direct",
            Topic::PrimalDual => "explain-primal-dual",
            Topic::Offline => "explain-offline",
            Topic::Sampling => "explain-sampling",
            Topic::Changes => "explain-changes",
            Topic::Cucb => "explain-cucb",
            Topic::Thompson => "explain-thompson",
            Topic::EpsilonGreedy => "explain-epsilon-greedy",
            Topic::Fixed => "explain-fixed",
            Topic::Random => "explain-random",
            Topic::Oracle => "explain-oracle",
            Topic::Run => "explain-run",
            Topic::Columns => "explain-columns",
            Topic::Against => "explain-against",
            Topic::Bound => "explain-bound",
            Topic::Ratio => "explain-ratio",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Topic::Reward => "Reward model",
            Topic::MaxModels => "Models per query, N",
            Topic::Budget => "Budget per query, ρ",
            Topic::C2mabV => "C2MAB-V: α_μ, α_c, δ, memory",
            Topic::C2mabVDirect => "C2MAB-V-Direct",
            Topic::PrimalDual => "Primal–dual (knapsack)",
            Topic::Offline => "Offline: samples",
            Topic::Sampling => "Order of queries",
            Topic::Changes => "Changing world",
            Topic::Cucb => "CUCB: α_μ, δ, cost-aware",
            Topic::Thompson => "Thompson sampling: cost-aware",
            Topic::EpsilonGreedy => "ε-greedy: ε, c, cost-aware",
            Topic::Fixed => "Fixed set",
            Topic::Random => "Random set",
            Topic::Oracle => "Oracle",
            Topic::Run => "Rounds, replicates, seed",
            Topic::Columns => "What the columns mean",
            Topic::Against => "Regret against",
            Topic::Bound => "Theory's bound",
            Topic::Ratio => "Reward/violation ratio",
        }
    }
}

/// Properties of [`Explain`].
#[derive(Properties, PartialEq)]
pub struct ExplainProps {
    pub topic: Topic,
}

/// The button.
#[component]
pub fn Explain(props: &ExplainProps) -> Html {
    let label = format!("Explain: {}", props.topic.title());
    html! { <button type="button" class="explain" popovertarget={props.topic.id()} aria-label={label}></button> }
}

/// All explanations, closed.
#[component]
pub fn Explanations() -> Html {
    let popovers = ALL.iter().map(|topic| {
        html! {
            <div key={topic.id()} id={topic.id()} class="explanation" popover="auto" role="dialog" aria-label={topic.title()}>
                <div class="stack"><h2 class="panel-title">{topic.title()}</h2>{text(*topic)}</div>
            </div>
        }
    });
    html! { <>{for popovers}</> }
}

fn paper(text: &'static str) -> Html {
    html! { <p class="quiet">{text}</p> }
}

fn mu_bar() -> Html {
    html! { <msub><mover accent="true"><mi>{"μ"}</mi><mo>{"¯"}</mo></mover><mi>{"k"}</mi></msub> }
}

fn hat(letter: &'static str) -> Html {
    html! { <msub><mover accent="true"><mi>{letter}</mi><mo>{"^"}</mo></mover><mi>{"k"}</mi></msub> }
}

fn alpha(index: &'static str) -> Html {
    html! { <msub><mi>{"α"}</mi><mi>{index}</mi></msub> }
}

/// `√( ln(2π²K t³ / 3δ) / 2T_k )`
fn radius() -> Html {
    html! {
        <math display="block">
            <msub><mi>{"rad"}</mi><mi>{"k"}</mi></msub><mo>{"="}</mo>
            <msqrt><mfrac>
                <mrow>
                    <mi>{"ln"}</mi><mo>{"("}</mo><mn>{"2"}</mn><msup><mi>{"π"}</mi><mn>{"2"}</mn></msup><mi>{"K"}</mi>
                    <msup><mi>{"t"}</mi><mn>{"3"}</mn></msup><mo>{"/"}</mo><mn>{"3"}</mn><mi>{"δ"}</mi><mo>{")"}</mo>
                </mrow>
                <mrow><mn>{"2"}</mn><msub><mi>{"T"}</mi><mi>{"k"}</mi></msub></mrow>
            </mfrac></msqrt>
        </math>
    }
}

fn optimistic() -> Html {
    html! {
        <math display="block">
            {mu_bar()}<mo>{"="}</mo><mi>{"min"}</mi><mo>{"("}</mo>{hat("μ")}<mo>{"+"}</mo>{alpha("μ")}
            <msub><mi>{"rad"}</mi><mi>{"k"}</mi></msub><mo>{","}</mo><mn>{"1"}</mn><mo>{")"}</mo>
        </math>
    }
}

fn low_cost() -> Html {
    html! {
        <math display="block">
            <msub><munder><mi>{"c"}</mi><mo>{"_"}</mo></munder><mi>{"k"}</mi></msub><mo>{"="}</mo><mi>{"max"}</mi>
            <mo>{"("}</mo>{hat("c")}<mo>{"−"}</mo>{alpha("c")}<msub><mi>{"rad"}</mi><mi>{"k"}</mi></msub>
            <mo>{","}</mo><mn>{"0"}</mn><mo>{")"}</mo>
        </math>
    }
}

fn mean_spend() -> Html {
    html! {
        <>
            <mfrac><mn>{"1"}</mn><mi>{"t"}</mi></mfrac>
            <munder><mo>{"∑"}</mo><mrow><mi>{"s"}</mi><mo>{"≤"}</mo><mi>{"t"}</mi></mrow></munder>
            <munder><mo>{"∑"}</mo><mrow><mi>{"k"}</mi><mo>{"∈"}</mo><msub><mi>{"F"}</mi><mi>{"s"}</mi></msub></mrow></munder>
            <msub><mi>{"y"}</mi><mrow><mi>{"s"}</mi><mo>{","}</mo><mi>{"k"}</mi></mrow></msub>
        </>
    }
}

/// `ln(2π²KT/3)`
fn bound_logarithm() -> Html {
    html! {
        <>
            <mi>{"ln"}</mi><mfrac>
                <mrow><mn>{"2"}</mn><msup><mi>{"π"}</mi><mn>{"2"}</mn></msup><mi>{"K"}</mi><mi>{"T"}</mi></mrow><mn>{"3"}</mn>
            </mfrac>
        </>
    }
}

fn over_set(operator: &'static str) -> Html {
    html! { <munder><mo>{operator}</mo><mrow><mi>{"k"}</mi><mo>{"∈"}</mo><mi>{"S"}</mi></mrow></munder> }
}

fn mu() -> Html {
    html! { <msub><mi>{"μ"}</mi><mi>{"k"}</mi></msub> }
}

/// What the choice of a memory does.
fn memory() -> Html {
    html! {
        <p><b>{"Memory"}</b>{" is for a world that changes. “All rounds” learns from everything alike, as in the paper. “Last rounds” counts only the last "}<i class="sym">{"W"}</i>{". “Discounted” counts what was seen "}<i class="sym">{"s"}</i>{" rounds ago "}<math><msup><mi>{"γ"}</mi><mi>{"s"}</mi></msup></math>{" times, as if about 1/(1 − γ) rounds were remembered. Forgetting keeps the radius wide: where nothing changes it costs reward."}</p>
    }
}

/// What being cost-aware does.
fn cost_aware(what: &'static str) -> Html {
    html! {
        <p><b>{"Cost-aware"}</b>{": "}{what}{" Off, as published: blind to cost."}</p>
    }
}

fn text(topic: Topic) -> Html {
    match topic {
        Topic::Reward => html! {
            <>
                <p>{"What a set "}<i class="sym">{"S"}</i>{" of models earns when model "}<i class="sym">{"k"}</i>{" is right with probability "}<math>{mu()}</math>{"."}</p>
                <p>{"Any win: one good answer is enough. The models are asked from the cheapest on, until one succeeds; only those asked are paid."}</p>
                <math display="block"><mn>{"1"}</mn><mo>{"−"}</mo>{over_set("∏")}<mo>{"("}</mo><mn>{"1"}</mn><mo>{"−"}</mo>{mu()}<mo>{")"}</mo></math>
                <p>{"Sum up: every model does a part of its own."}</p>
                <math display="block">{over_set("∑")}{mu()}</math>
                <p>{"All in: every part has to succeed."}</p>
                <math display="block">{over_set("∏")}{mu()}</math>
                {paper("In the paper (arXiv 2405.16587): Section 3, the three reward models.")}
            </>
        },
        Topic::MaxModels => html! {
            <>
                <p>{"How many models may answer a query. Sum up and all in use exactly "}<i class="sym">{"N"}</i>{"; any win uses up to "}<i class="sym">{"N"}</i>{"."}</p>
                {paper("Range: 1 to the number of models that are switched on.")}
            </>
        },
        Topic::Budget => html! {
            <>
                <p>{"What a query may cost on average in the long run. A single round may cost more; the violation curve shows how far the running mean is above the line."}</p>
                <math display="block">{mean_spend()}<mo>{"≤"}</mo><mi>{"ρ"}</mi></math>
                <p class="quiet">{"Range: more than 0. Below “cheapest feasible” no set of "}<i class="sym">{"N"}</i>{" fits: the cheapest is taken and counted as infeasible. From “never binding” on every set fits. In the paper: Section 3, the long-term budget constraint."}</p>
            </>
        },
        Topic::C2mabV => html! {
            <>
                <p>{"Guesses high about reward and low about cost, the more so the less it has seen of a model, then picks the set with the highest guessed reward whose guessed cost fits the budget. The guess is off by a radius that shrinks with "}<math><msub><mi>{"T"}</mi><mi>{"k"}</mi></msub></math>{", the calls of model "}<i class="sym">{"k"}</i>{" so far:"}</p>
                {radius()}
                <p><b><i class="sym">{"α"}<sub>{"μ"}</sub></i></b>{" scales the radius of the reward: larger tries more models for longer."}</p>
                {optimistic()}
                <p><b><i class="sym">{"α"}<sub>{"c"}</sub></i></b>{" scales the radius of the cost: larger believes in lower costs, so it overspends more while it learns what models cost. At 0 it trusts the mean cost it has seen."}</p>
                {low_cost()}
                <p><b><i class="sym">{"δ"}</i></b>{" is how often the true means may lie outside; smaller is more careful and explores more. Empty means 1/T."}</p>
                <p><b>{"Solver"}</b>{" matters under any win only: greedy is the paper's and reaches at least 1 − 1/e of the optimum, exact searches all vertices. Left to itself it is exact for few models."}</p>
                {memory()}
                {paper("Ranges: α_μ ≥ 0 (0.3), α_c ≥ 0 (0.05), 0 < δ ≤ 1, W ≥ 1 (1,000), 0 < γ < 1 (0.999). In the paper: Algorithm 1; its experiments run α_μ of 0.3 and 1 with α_c of 0.05 and 0.01.")}
            </>
        },
        Topic::C2mabVDirect => html! {
            <>
                <p>{"The same guesses as C2MAB-V, high about reward and low about cost. But where C2MAB-V solves a relaxed problem and rounds the fractions to a set at random, this one finds the best whole set that fits the budget, in every round."}</p>
                {optimistic()}{low_cost()}
                <p>{"No chance in the choice, and no fraction of the budget is lost or borrowed; a round takes longer with many models. Solving needs the estimates themselves, while C2MAB-V's cloud sees only the fractions "}<i class="sym">{"z"}</i>{"."}</p>
                {memory()}
                {paper("Ranges as for C2MAB-V: α_μ ≥ 0 (0.3), α_c ≥ 0 (0.05), 0 < δ ≤ 1, W ≥ 1 (1,000), 0 < γ < 1 (0.999). In the paper: C2MAB-V-Direct, the variant it is compared with.")}
            </>
        },
        Topic::PrimalDual => html! {
            <>
                <p>{"Gives the budget a price "}<i class="sym">{"λ"}</i>{" and takes the "}<i class="sym">{"N"}</i>{" models with the highest optimistic reward less priced cost. The price rises after rounds that cost more than "}<i class="sym">{"ρ"}</i>{" and falls after cheaper ones:"}</p>
                <math display="block">{mu_bar()}<mo>{"−"}</mo><mi>{"λ"}</mi><msub><munder><mi>{"c"}</mi><mo>{"_"}</mo></munder><mi>{"k"}</mi></msub></math>
                <math display="block"><mi>{"λ"}</mi><mo>{"←"}</mo><msup><mrow><mo>{"["}</mo><mi>{"λ"}</mi><mo>{"+"}</mo><mi>{"η"}</mi><mo>{"("}</mo><mtext>{"paid"}</mtext><mo>{"−"}</mo><mi>{"ρ"}</mi><mo>{")"}</mo><mo>{"]"}</mo></mrow><mo>{"+"}</mo></msup><mo>{","}</mo><mi>{"η"}</mi><mo>{"="}</mo><mn>{"1"}</mn><mo>{"/"}</mo><msqrt><mi>{"T"}</mi></msqrt></math>
                <p>{"Without a budget the price stays 0, which is CUCB."}</p>
                {paper("Ranges: α_μ ≥ 0 (0.3), α_c ≥ 0 (0.05), 0 < δ ≤ 1, empty = 1/T. Not in the paper; after Badanidiyuru, Kleinberg and Slivkins, “Bandits with knapsacks”, FOCS 2013.")}
            </>
        },
        Topic::Offline => html! {
            <>
                <p>{"Sees some rows before the first round, every model's reward and cost in each, free of charge. It takes the best set that fits the budget on them, and plays it for good: what a benchmark run beforehand would have you buy."}</p>
                <p>{"On data these rows are drawn at random and left out of the run, for every policy. In a changing world it knows nothing of what comes later."}</p>
                {paper("Range: samples from 1 up; on data fewer than the queries there are. Empty means 200, on data at most half of the queries.")}
            </>
        },
        Topic::Sampling => html! {
            <>
                <p><b>{"Independent draws"}</b>{": each round any query, whatever came before. "}<b>{"Reshuffled passes"}</b>{": all queries once in random order, then all again in a new one. "}<b>{"File order"}</b>{": as they stand in the files, again and again."}</p>
                {paper("With changes to the next part of the files, each part is played in this order while its turn lasts. The paper's analysis asks for independent draws.")}
            </>
        },
        Topic::Changes => html! {
            <>
                <p><b>{"Change"}</b>{": from its round on, the models it names have another mean reward, mean cost or both, until a later change says otherwise. An empty number stays what it was. On data, single results are flipped or scaled so that the means become these."}</p>
                <p><b>{"Next part of files"}</b>{" (data): the files are cut into as many equal parts as there are such changes and one more, in file order; from its round on the queries come from the next part."}</p>
                <p><b>{"Absence"}</b>{": the model cannot be chosen from the first round given until the round it is back. Policies know who is there."}</p>
                <p>{"The best set "}<math><msup><mi>{"S"}</mi><mo>{"*"}</mo></msup></math>{" is found anew wherever the world changes, and regret is counted against it. To learn in such a world, give C2MAB-V a memory."}</p>
                <p><b>{"Cost spread"}</b>{" (made-up models): a call costs its mean times a factor drawn evenly from 1 − s to 1 + s."}</p>
                {paper("Ranges: rounds from 2 to the last for changes, from 1 for absences; mean reward 0 to 1; mean cost from 0 up; s from 0 to 1 (0.5); at most 100 of each. The paper's analysis is for means that stay.")}
            </>
        },
        Topic::Cucb => html! {
            <>
                <p>{"Takes the "}<i class="sym">{"N"}</i>{" models with the highest optimistic reward, whatever they cost."}</p>
                {radius()}{optimistic()}
                {cost_aware("solves C2MAB-V's relaxed problem with this reward and the mean cost seen so far, then rounds.")}
                {paper("Ranges: α_μ ≥ 0 (0.3); 0 < δ ≤ 1, empty = 1/T. A rival in the paper's experiments.")}
            </>
        },
        Topic::Thompson => html! {
            <>
                <p>{"Draws a reward for each model from what it believes, and takes the "}<i class="sym">{"N"}</i>{" highest draws, whatever they cost."}</p>
                <math display="block"><msub><mi>{"θ"}</mi><mi>{"k"}</mi></msub><mo>{"∼"}</mo><mi>{"Beta"}</mi><mo>{"("}</mo><mn>{"1"}</mn><mo>{"+"}</mo><msub><mi>{"s"}</mi><mi>{"k"}</mi></msub><mo>{","}</mo><mn>{"1"}</mn><mo>{"+"}</mo><msub><mi>{"f"}</mi><mi>{"k"}</mi></msub><mo>{")"}</mo></math>
                {cost_aware("draws a cost for each model as well, solves C2MAB-V's relaxed problem with both draws, then rounds.")}
                {paper("s and f count successes and failures. No other parameters. A rival in the paper's experiments.")}
            </>
        },
        Topic::EpsilonGreedy => html! {
            <>
                <p>{"With probability "}<i class="sym">{"ε"}</i>{" a random set, else the models with the highest mean so far, whatever they cost. “Falling” tries less and less:"}</p>
                <math display="block"><msub><mi>{"ε"}</mi><mi>{"t"}</mi></msub><mo>{"="}</mo><mi>{"min"}</mi><mo>{"("}</mo><mn>{"1"}</mn><mo>{","}</mo><mi>{"c"}</mi><mo>{"/"}</mo><mi>{"t"}</mi><mo>{")"}</mo></math>
                {cost_aware("solves C2MAB-V's relaxed problem with the mean reward and cost seen so far, and tries at random among sets whose mean cost fits.")}
                {paper("Ranges: 0 ≤ ε ≤ 1 (0.1); c ≥ 0. A rival in the paper's experiments.")}
            </>
        },
        Topic::Fixed => html! {
            <>
                <p>{"The same models every round: the baseline of always asking your favourite."}</p>
                {paper("A set of another size than N earns on another scale under sum up and all in: compare with care.")}
            </>
        },
        Topic::Random => {
            html! { <p>{"Any "}<i class="sym">{"N"}</i>{" models, each set as likely as any other, each round anew: what not learning costs."}</p> }
        }
        Topic::Oracle => html! {
            <>
                <p>{"Knows the true means and plays the best set that fits the budget in every round. Nobody has it: regret is measured against it."}</p>
                {paper("A policy that meets the budget only on average can earn more than any single set that fits, so regret may fall below 0.")}
            </>
        },
        Topic::Run => html! {
            <>
                <p><b>{"Rounds"}</b>{": queries, one after another. "}<b>{"Replicates"}</b>{": how often the whole run is repeated in a world drawn anew; curves are means over them, and bands 95 % intervals. "}<b>{"Seed"}</b>{": the same seed gives the same numbers, to the last bit, here and on the command line. All policies meet the same world."}</p>
                {paper("Ranges: rounds 1 to 1,000,000; replicates 1 to 1,000; seed 0 to 2⁵³ − 1.")}
            </>
        },
        Topic::Against => html! {
            <>
                <p><b>{"Best set"}</b>{": the set that earns most by the true means and always fits the budget. "}<b>{"0.632 of the best set"}</b>{": under any win even the best set cannot be found fast in large pools, only 1 − 1/e of it; this is the regret that the paper proves a bound for."}</p>
                <p><b>{"Relaxed optimum"}</b>{": a model may be taken in part, so that the budget holds on average only. This is the problem that C2MAB-V solves every round. Under sum up nobody within budget on average earns more; under the other two, rounding to whole models may earn a little more."}</p>
                <p><b>{"Best set by rows"}</b>{", on data: the set that together did best on the queries themselves, where answers may be correlated; measured by the reward that really came back."}</p>
                {paper("The tables give the regret against the best set. In the paper: Section 3, the α-approximate regret.")}
            </>
        },
        Topic::Bound => html! {
            <>
                <p>{"What the paper proves that C2MAB-V stays below, with high probability. The bound on the regret, at round "}<i class="sym">{"t"}</i>{":"}</p>
                <math display="block">
                    <mfrac><mrow><mn>{"2"}</mn><mi>{"L"}</mi></mrow><msup><mi>{"o"}</mi><mo>{"*"}</mo></msup></mfrac>
                    <msqrt><mrow><mn>{"2"}</mn><mi>{"N"}</mi><mi>{"K"}</mi><mi>{"t"}</mi>{bound_logarithm()}</mrow></msqrt>
                    <mo>{"+"}</mo><mo>{"("}</mo><mi>{"K"}</mi><mo>{"+"}</mo><mn>{"1"}</mn><mo>{")"}</mo><msup><mi>{"r"}</mi><mo>{"*"}</mo></msup>
                </math>
                <p>{"and that on the violation:"}</p>
                <math display="block">
                    <msqrt><mfrac><mrow><mi>{"N"}</mi><mi>{"K"}</mi></mrow><mi>{"t"}</mi></mfrac></msqrt><mo>{"("}</mo><mn>{"2"}</mn>
                    <msqrt><mrow><mn>{"2"}</mn>{bound_logarithm()}</mrow></msqrt><mo>{"+"}</mo>
                    <msqrt><mfrac><mrow><mi>{"N"}</mi><mi>{"K"}</mi></mrow><mi>{"t"}</mi></mfrac></msqrt><mo>{")"}</mo>
                </math>
                <p><i class="sym">{"r*"}</i>{" is the reward of the best set, "}<i class="sym">{"o*"}</i>{" the smallest chance that a selected model is called, and "}<i class="sym">{"L"}</i>{" = 1. A bound is vacuous, and dotted, where it is above what anybody could lose or overspend."}</p>
                {paper("As published, for α_μ = α_c = 1 and δ = 1/T, in a world that does not change. Runs may use other values: the bound is shown, not checked.")}
            </>
        },
        Topic::Ratio => html! {
            <>
                <p>{"How much reward a policy earns for each unit of overspending: a mean over rounds and replicates, divided by another. Higher is better; infinite where nothing was overspent."}</p>
                <p><b>{"By excess"}</b>{": overspending is counted round by round, so what a cheap round saves does not pay for a dear one. "}<b>{"By V(t)"}</b>{": only the mean cost so far counts, and a policy within budget on average has an infinite ratio."}</p>
                {paper("Bands are 95 % intervals by the delta method; none where the overspending cannot be told from 0. In the paper: the figures of its experiments.")}
            </>
        },
        Topic::Columns => html! {
            <>
                <p><b>{"Regret"}</b>{": reward given up against the best set that fits the budget, summed over the rounds. Below 0 means that overspending bought more than that set earns."}</p>
                <math display="block"><munder><mo>{"∑"}</mo><mrow><mi>{"s"}</mi><mo>{"≤"}</mo><mi>{"t"}</mi></mrow></munder><mi>{"r"}</mi><mo>{"("}</mo><msup><mi>{"S"}</mi><mo>{"*"}</mo></msup><mo>{";"}</mo><mi>{"μ"}</mi><mo>{")"}</mo><mo>{"−"}</mo><mi>{"r"}</mi><mo>{"("}</mo><msub><mi>{"S"}</mi><mi>{"s"}</mi></msub><mo>{";"}</mo><mi>{"μ"}</mi><mo>{")"}</mo></math>
                <p><b>{"Violation"}</b>{": how far the mean cost is above ρ; 0 where it is below."}</p>
                <math display="block"><msup><mrow><mo>{"["}</mo>{mean_spend()}<mo>{"−"}</mo><mi>{"ρ"}</mi><mo>{"]"}</mo></mrow><mo>{"+"}</mo></msup></math>
                <p><b>{"Reward"}</b>{" and "}<b>{"Cost"}</b>{": what a query really earned and cost, on average. "}<b>{"Reward/violation"}</b>{": mean reward per unit of mean excess, the excess being counted round by round; ∞ where no round was over. "}<b>{"Infeasible rounds"}</b>{": no allowed set fitted, the cheapest was taken."}</p>
                {paper("± is a 95 % interval over the replicates (Student's t); with one replicate there is none.")}
            </>
        },
    }
}
