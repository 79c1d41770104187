//! Small experiments with the digests they must have, natively and in a browser. A change of a digest is a change of
//! results: it needs a new engine version and a reason.

use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::{Environment, Experiment};
use llm_selection::plan::{Plan, Playable, WithTexts};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use std::sync::Arc;

/// Name, experiment, digest.
pub const GOLDEN: [(&str, &str, &str); 29] = [
    ("suc", include_str!("suc.json"), "f744946e9338b27e671de421873f5d682522ec18d852144acc924b39d7b5788e"),
    ("awc", include_str!("awc.json"), "1b9f87d2e1c62c7cdfc3fceee1078e3e0de5977aa015c0f914c5607d8edf551d"),
    ("aic", include_str!("aic.json"), "d0897fb9438a89342e781d49a269c1fbe6ce67835c3441d00949dab501a8d670"),
    ("awc-greedy", include_str!("awc-greedy.json"), "487b15e4bd918c3f8600438d267e4ca572c72627b37774ccf29aa13b500c7886"),
    (
        "awc-full-feedback",
        include_str!("awc-full-feedback.json"),
        "ff7195bc825f3393addf9f22f586afa0a06a418d43e9f710761760dcce66e666",
    ),
    ("aic-stop", include_str!("aic-stop.json"), "a2fce433c1f57088891650f22550e8fd89e6813000d79b6f3acbf865f29eb8e0"),
    (
        "unconstrained",
        include_str!("unconstrained.json"),
        "5a01b637f1c0bfcd944e87a6d96f3884f984c4a11955816c43e461a6f2667d94",
    ),
    ("infeasible", include_str!("infeasible.json"), "7e93b1ec0eb17ee90ecd30b03f673b728a4ec333f14a900a6ff2121c8fe7267a"),
    (
        "one-replicate",
        include_str!("one-replicate.json"),
        "789c61b71e594fe97647f3ca1121de7d0a55a9184706965e23130dbad3cc7a9c",
    ),
    ("preset", include_str!("preset.json"), "931c2f970c25d0cc3ce015e8ad3236b63f3de2d39552ef7cec6f37279a356a44"),
    ("replay-iid", include_str!("replay-iid.json"), "cb6411c6be8f637910ad04b27a7dd87a8962df4070c21fcb129bbf85be710aec"),
    (
        "replay-shuffle",
        include_str!("replay-shuffle.json"),
        "b252aa974e6783904c6cdf177f8251fa4aed47a67fda1cd57925725a96799577",
    ),
    (
        "replay-sequential",
        include_str!("replay-sequential.json"),
        "15e08249834e9cdda4d29b06756acd1fe7f2be988e17ec74ec9ff8e8e9d87340",
    ),
    ("direct-suc", include_str!("direct-suc.json"), "e526437b962a0b5b12778bd0d53b3ba21da26739bc9646aa645176a049ba8515"),
    ("direct-awc", include_str!("direct-awc.json"), "174b3111007320352e1213589fe891da588fc6ba3aff11ab4c65c9530727dd5c"),
    ("cost-aware", include_str!("cost-aware.json"), "400acf05edd86d99467ec8ffbde90e8bdb60380bdd7d38dca0821a2857857a38"),
    (
        "cost-aware-awc",
        include_str!("cost-aware-awc.json"),
        "3af26b9e468d746a365d0509ee99e67ba07d24726fa41ac1bd0ffa777e11c60d",
    ),
    (
        "primal-dual",
        include_str!("primal-dual.json"),
        "982ad2a6d21c96a0a0549b5df7777382bebc5672706cdb3cc32ba257ffda4f47",
    ),
    ("offline", include_str!("offline.json"), "75fea3a56923c84968dc4e0419fb4c0b7f0446d95cb728f426f3daa2c580f2f2"),
    (
        "offline-replay",
        include_str!("offline-replay.json"),
        "d31241fb1ae80b32e0cc108fe116d31f1d73bda50651259c1a65fc1c4b763287",
    ),
    ("window", include_str!("window.json"), "dee11e8b80cd89144f61b7f48a4ab6f8d9ad9ac8d17567c77043266b6bbf3a68"),
    ("discount", include_str!("discount.json"), "14189f63667e03fa26b09040be296231143f5238237f3c6c72eb7728b131f827"),
    ("drift", include_str!("drift.json"), "7218da1b82002c71c220004c813cfaca6965fcf564a93b11c6e6518731a2a672"),
    (
        "availability",
        include_str!("availability.json"),
        "c17942562253cc71d630eacc9cd41a51b2abf758fa90c3f8921f553d16e4e6c1",
    ),
    (
        "drift-replay",
        include_str!("drift-replay.json"),
        "2e803476abf49f14ff25ae90c712c87c3b31f29119671e914a7121a78d5cd887",
    ),
    (
        "unavailable",
        include_str!("unavailable.json"),
        "97c57f624b144b212c94d14eb4bf897d666ec6532f3547e85f770d9da37b5e56",
    ),
    (
        "unavailable-drift",
        include_str!("unavailable-drift.json"),
        "a301a84c8c25cbb6d27f03d8d15095bc47f52d6780426cb34fd9ac26038b473c",
    ),
    ("contextual", include_str!("contextual.json"), "2d2ee56ff421d535323fda53100c7fb85ee27a85d80a8ac4c36aa1bfa1fe6613"),
    (
        "contextual-suc",
        include_str!("contextual-suc.json"),
        "f556723ddc6630a455d474e4b78c227bdc964a9814353cb40e9023bd82c87ca2",
    ),
];

/// The text of a data file that lies beside the experiments.
pub fn file(name: &str) -> &'static str {
    match name {
        "gaps.csv" => include_str!("gaps.csv"),
        "texts.csv" => include_str!("texts.csv"),
        _ => include_str!("answers.csv"),
    }
}

/// The plan of a golden experiment, with the data that lie beside it.
// Part of tests, though no test itself.
#[allow(clippy::unwrap_used)]
pub fn plan(text: &str) -> Plan {
    let experiment = Experiment::from_json(text).unwrap();
    let data = match &experiment.environment {
        Environment::Replay(replay) => {
            let (name, import_options) = (replay.files[0].name.clone(), ImportOptions::from(replay));
            let input = move || vec![InputFile::from_bytes(name.clone(), file(&name).as_bytes())];
            let data = import(input(), &import_options, &mut |_| true).unwrap().dataset;
            let read = move |threshold: f64, columns: &[String]| {
                let options = QueryOptions { import: import_options.clone(), threshold, columns: columns.to_vec() };
                let (queries, import) = Queries::read(input(), &options, &mut |_| true)?;
                Ok((queries, import.dataset.files))
            };
            Some(WithTexts::new(Arc::new(data), Box::new(read)))
        }
        _ => None,
    };
    Plan::on(&experiment, data.as_ref().map(|data| data as &dyn Playable)).unwrap()
}
