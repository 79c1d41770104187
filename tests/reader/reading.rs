//! The data of the lesson on reading the query, `www/lessons/reading.csv`: short questions of six kinds and five made-up
//! models with different strengths. It is made here from a seed, so that anybody can see what is in it.
//!
//! Each kind has a few wordings, and each model is right with a probability that depends on the kind alone: the words of
//! a question tell its kind, and with it who is likely to be right. A third of what decides is how hard the question is
//! for all models, the rest is each model's own, so models fail together a little more often than by chance. Half of
//! all wrong answers to a question are the same tempting one, the others differ.

use llm_selection::random::{hash, unit};

/// The seed.
const SEED: u64 = 20;
/// Questions of each kind; six kinds.
const OF_EACH: usize = 95;

/// A model: its name, how often it is right by kind (in the order of [`question`]), dollars a call, milliseconds a call.
pub struct Model {
    pub name: &'static str,
    pub right: [f64; 6],
    pub cost: f64,
    pub latency_ms: f64,
}

pub const MODELS: [Model; 5] = [
    Model { name: "Sage", right: [0.78, 0.70, 0.70, 0.75, 0.76, 0.68], cost: 0.0040, latency_ms: 1500.0 },
    Model { name: "Abacus", right: [0.96, 0.92, 0.15, 0.20, 0.50, 0.88], cost: 0.0005, latency_ms: 400.0 },
    Model { name: "Scribe", right: [0.30, 0.10, 0.92, 0.45, 0.95, 0.25], cost: 0.0006, latency_ms: 500.0 },
    Model { name: "Atlas", right: [0.25, 0.10, 0.30, 0.96, 0.40, 0.90], cost: 0.0008, latency_ms: 600.0 },
    Model { name: "Spark", right: [0.60, 0.45, 0.50, 0.60, 0.55, 0.45], cost: 0.0001, latency_ms: 200.0 },
];

/// The kinds' names.
pub const KINDS: [&str; 6] = ["sum", "product", "backwards", "capital", "number", "date"];

const CAPITALS: [(&str, &str); 50] = [
    ("Peru", "Lima"),
    ("France", "Paris"),
    ("Japan", "Tokyo"),
    ("Kenya", "Nairobi"),
    ("Norway", "Oslo"),
    ("Egypt", "Cairo"),
    ("Cuba", "Havana"),
    ("Chile", "Santiago"),
    ("Poland", "Warsaw"),
    ("Greece", "Athens"),
    ("Italy", "Rome"),
    ("Spain", "Madrid"),
    ("Austria", "Vienna"),
    ("Hungary", "Budapest"),
    ("Ireland", "Dublin"),
    ("Finland", "Helsinki"),
    ("Sweden", "Stockholm"),
    ("Denmark", "Copenhagen"),
    ("Portugal", "Lisbon"),
    ("Germany", "Berlin"),
    ("Canada", "Ottawa"),
    ("Australia", "Canberra"),
    ("Mongolia", "Ulaanbaatar"),
    ("Vietnam", "Hanoi"),
    ("Thailand", "Bangkok"),
    ("Nepal", "Kathmandu"),
    ("Iraq", "Baghdad"),
    ("Iran", "Tehran"),
    ("Jordan", "Amman"),
    ("Lebanon", "Beirut"),
    ("Ghana", "Accra"),
    ("Senegal", "Dakar"),
    ("Uganda", "Kampala"),
    ("Rwanda", "Kigali"),
    ("Angola", "Luanda"),
    ("Tunisia", "Tunis"),
    ("Morocco", "Rabat"),
    ("Ecuador", "Quito"),
    ("Colombia", "Bogota"),
    ("Uruguay", "Montevideo"),
    ("Argentina", "Buenos Aires"),
    ("Venezuela", "Caracas"),
    ("Iceland", "Reykjavik"),
    ("Latvia", "Riga"),
    ("Estonia", "Tallinn"),
    ("Serbia", "Belgrade"),
    ("Croatia", "Zagreb"),
    ("Bulgaria", "Sofia"),
    ("Romania", "Bucharest"),
    ("Ukraine", "Kyiv"),
];

const WORDS: [&str; 100] = [
    "garden", "window", "river", "candle", "mirror", "basket", "bridge", "planet", "silver", "button", "ladder",
    "pepper", "rabbit", "saddle", "tunnel", "velvet", "walnut", "anchor", "branch", "cactus", "desert", "engine",
    "forest", "guitar", "hammer", "island", "jacket", "kettle", "lemon", "marble", "needle", "orange", "pencil",
    "quartz", "ribbon", "shadow", "timber", "valley", "winter", "yellow", "autumn", "barrel", "castle", "dragon",
    "falcon", "ginger", "harbor", "insect", "jungle", "kitten", "lizard", "magnet", "napkin", "oyster", "parrot",
    "rocket", "spider", "temple", "violin", "wizard", "apple", "bread", "cloud", "dance", "earth", "flame", "grass",
    "horse", "juice", "knife", "light", "mouse", "night", "ocean", "piano", "queen", "snake", "table", "uncle",
    "voice", "water", "zebra", "angel", "beach", "chair", "dream", "eagle", "fruit", "glass", "honey", "ivory",
    "jewel", "koala", "llama", "maple", "nurse", "olive", "paper", "stone", "tiger",
];

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const MONTHS: [(&str, usize); 12] = [
    ("January", 31),
    ("February", 28),
    ("March", 31),
    ("April", 30),
    ("May", 31),
    ("June", 30),
    ("July", 31),
    ("August", 31),
    ("September", 30),
    ("October", 31),
    ("November", 30),
    ("December", 31),
];

/// Draws that depend on nothing but the place they are for.
struct Draws {
    key: u64,
    taken: u64,
}

impl Draws {
    fn of(place: u64) -> Draws {
        Draws { key: hash(SEED, place), taken: 0 }
    }

    fn unit(&mut self) -> f64 {
        self.taken += 1;
        unit(hash(self.key, self.taken))
    }

    fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count - 1)
    }
}

fn in_words(number: usize) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let mut words = Vec::new();
    if hundreds > 0 {
        words.push(format!("{} hundred", UNITS[hundreds]));
    }
    if rest >= 20 {
        let unit = rest % 10;
        words.push(TENS[rest / 10].to_owned() + &if unit > 0 { format!(" {}", UNITS[unit]) } else { String::new() });
    } else if rest > 0 || hundreds == 0 {
        words.push(UNITS[rest].to_owned());
    }
    words.join(" and ")
}

/// The question of a kind with number `index`, its answer, and a wrong answer of number `wrong` (0 is the tempting one).
fn question(kind: usize, index: usize, draws: &mut Draws, wrong: usize) -> (String, String, String) {
    match kind {
        0 => {
            let (a, b) = (draws.below(880) + 20, draws.below(880) + 20);
            let text = match draws.below(3) {
                0 => format!("What is {a} plus {b}?"),
                1 => format!("Add {a} and {b}."),
                _ => format!("Find the sum of {a} and {b}."),
            };
            let sum = a + b;
            (text, sum.to_string(), if wrong == 0 { sum - 10 } else { sum + wrong }.to_string())
        }
        1 => {
            let (a, b) = (draws.below(87) + 12, draws.below(87) + 12);
            let text = match draws.below(3) {
                0 => format!("What is {a} times {b}?"),
                1 => format!("Multiply {a} by {b}."),
                _ => format!("Find the product of {a} and {b}."),
            };
            let product = a * b;
            (text, product.to_string(), if wrong == 0 { product - 100 } else { product + 7 * wrong }.to_string())
        }
        2 => {
            let word = WORDS[index % WORDS.len()];
            let text = match draws.below(3) {
                0 => format!("Spell the word {word} backwards."),
                1 => format!("Write {word} with its letters reversed."),
                _ => format!("Which letters, last to first, spell {word}?"),
            };
            let right: Vec<char> = word.chars().rev().collect();
            let mut other = right.clone();
            let place = (1 + wrong) % (other.len() - 1);
            other.swap(place, place + 1);
            if other == right {
                other.push('s');
            }
            (text, right.into_iter().collect(), other.into_iter().collect())
        }
        3 => {
            let place = index % CAPITALS.len();
            let (country, capital) = CAPITALS[place];
            let text = if index < CAPITALS.len() {
                format!("What is the capital of {country}?")
            } else {
                format!("Name the capital city of {country}.")
            };
            (text, capital.to_owned(), CAPITALS[(place + 1 + 7 * wrong) % CAPITALS.len()].1.to_owned())
        }
        4 => {
            let number = draws.below(978) + 21;
            let text = match draws.below(2) {
                0 => format!("Write {} in digits.", in_words(number)),
                _ => format!("Which number is {}, in digits?", in_words(number)),
            };
            (text, number.to_string(), if wrong == 0 { number + 100 } else { number + wrong }.to_string())
        }
        _ => {
            let (month, day, days) = (draws.below(12), draws.below(28) + 1, draws.below(20) + 5);
            let after = |days: usize| {
                let (mut month, mut day) = (month, day + days);
                while day > MONTHS[month].1 {
                    day -= MONTHS[month].1;
                    month = (month + 1) % 12;
                }
                format!("{day} {}", MONTHS[month].0)
            };
            let name = MONTHS[month].0;
            let text = match draws.below(2) {
                0 => format!("Which date is {days} days after {day} {name}?"),
                _ => format!("Today is {day} {name}. What date is it in {days} days?"),
            };
            (text, after(days), after(if wrong == 0 { days + 1 } else { days + 1 + wrong }))
        }
    }
}

/// The file.
pub fn reading() -> String {
    let mut file = String::from("query_id,model,score,cost,latency_ms,answer,category,query\n");
    for number in 0..OF_EACH * KINDS.len() {
        let (kind, index) = (number % KINDS.len(), number / KINDS.len());
        let ask = |wrong: usize| question(kind, index, &mut Draws::of(number as u64), wrong);
        let (text, right, _) = ask(0);
        let mut draws = Draws::of(1_000_000 + number as u64);
        let hardness = draws.unit();
        for (place, model) in MODELS.iter().enumerate() {
            // Two uniform draws, weighed 1 to 2: solved where they lie below the value that the probability asks for.
            let draw = (hardness + 2.0 * draws.unit()) / 3.0;
            let solved = draw < quantile(model.right[kind]);
            let wrong = if draws.unit() < 0.5 { 0 } else { place + 1 };
            let answer = if solved { right.clone() } else { ask(wrong).2 };
            let length = 0.8 + 0.4 * draws.unit();
            let cost = (model.cost * length * 1e6).round() / 1e6;
            let latency = (model.latency_ms * (0.7 + 0.6 * draws.unit())).round();
            let (category, text) = if place == 0 { (KINDS[kind], text.as_str()) } else { ("", "") };
            let text = if text.contains(',') { format!("\"{text}\"") } else { text.to_owned() };
            let score = u8::from(solved);
            let id = number + 1;
            file.push_str(&format!("{id},{},{score},{cost},{latency},{answer},{category},{text}\n", model.name));
        }
    }
    file
}

/// Below which value (one draw and twice another)/3 lies with probability `p`: of a uniform draw on [0,1/3] plus one on
/// [0,2/3].
fn quantile(p: f64) -> f64 {
    // The density rises on [0,1/3], is 3/2 up to 2/3, and falls on [2/3,1].
    if p < 0.25 {
        (p * 4.0 / 9.0).sqrt()
    } else if p <= 0.75 {
        1.0 / 3.0 + (p - 0.25) / 1.5
    } else {
        1.0 - ((1.0 - p) * 4.0 / 9.0).sqrt()
    }
}
