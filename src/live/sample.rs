//! The built-in questions: short, with four choices each, so that a grader by rule is right about every answer.

use crate::data::Question;

/// What is sent with the built-in questions, unless the person writes something else.
pub const TEMPLATE: &str = "{query}\n\nAnswer with the letter of the right choice, and nothing else.";

/// Category, text, choices A to D, the letter of the right one.
type Row = (&'static str, &'static str, [&'static str; 4], &'static str);

const ROWS: [Row; 50] = [
    ("arithmetic", "What is 17 + 26?", ["33", "42", "43", "53"], "C"),
    ("arithmetic", "What is 9 × 8?", ["72", "63", "81", "74"], "A"),
    ("arithmetic", "What is 144 ÷ 12?", ["11", "14", "16", "12"], "D"),
    ("arithmetic", "What is 15 % of 200?", ["15", "30", "45", "35"], "B"),
    ("arithmetic", "What is 2 to the power of 10?", ["1,024", "512", "2,048", "1,000"], "A"),
    ("arithmetic", "What is 1,000 − 387?", ["623", "713", "613", "603"], "C"),
    ("arithmetic", "What is 3/4 as a percentage?", ["34 %", "75 %", "43 %", "80 %"], "B"),
    ("arithmetic", "What is the square root of 196?", ["13", "16", "12", "14"], "D"),
    ("arithmetic", "What is 25 × 16?", ["350", "410", "400", "425"], "C"),
    ("arithmetic", "What is 7 + 8 × 2?", ["30", "23", "22", "17"], "B"),
    ("arithmetic", "A pen costs $3. What do seven pens cost?", ["$21", "$24", "$10", "$18"], "A"),
    (
        "arithmetic",
        "A train leaves at 9:40 and arrives at 11:05. How long does it take?",
        ["1 h 35 min", "2 h 25 min", "1 h 15 min", "1 h 25 min"],
        "D",
    ),
    ("arithmetic", "What comes next: 2, 6, 18, 54, …?", ["108", "162", "72", "216"], "B"),
    ("capitals", "What is the capital of France?", ["Lyon", "Marseille", "Paris", "Nice"], "C"),
    ("capitals", "What is the capital of Australia?", ["Canberra", "Sydney", "Melbourne", "Perth"], "A"),
    ("capitals", "What is the capital of Canada?", ["Toronto", "Vancouver", "Montreal", "Ottawa"], "D"),
    ("capitals", "What is the capital of Japan?", ["Kyoto", "Tokyo", "Osaka", "Nagoya"], "B"),
    ("capitals", "What is the capital of Brazil?", ["São Paulo", "Rio de Janeiro", "Brasília", "Salvador"], "C"),
    ("capitals", "What is the capital of Egypt?", ["Cairo", "Alexandria", "Giza", "Luxor"], "A"),
    ("capitals", "What is the capital of Turkey?", ["Istanbul", "Ankara", "Izmir", "Bursa"], "B"),
    ("capitals", "What is the capital of Switzerland?", ["Zurich", "Geneva", "Basel", "Bern"], "D"),
    ("capitals", "What is the capital of New Zealand?", ["Auckland", "Wellington", "Christchurch", "Hamilton"], "B"),
    ("capitals", "What is the capital of Kenya?", ["Mombasa", "Kisumu", "Nairobi", "Nakuru"], "C"),
    ("capitals", "What is the capital of Norway?", ["Oslo", "Bergen", "Trondheim", "Stavanger"], "A"),
    ("capitals", "What is the capital of Peru?", ["Cusco", "Arequipa", "Trujillo", "Lima"], "D"),
    ("nature", "Which gas do plants take in to grow?", ["oxygen", "nitrogen", "carbon dioxide", "helium"], "C"),
    ("nature", "How many legs does a spider have?", ["eight", "six", "ten", "four"], "A"),
    ("nature", "Which planet is closest to the sun?", ["Venus", "Mercury", "Mars", "Earth"], "B"),
    ("nature", "What is the chemical symbol of gold?", ["Ag", "Go", "Gd", "Au"], "D"),
    ("nature", "At how many degrees Celsius does water boil at sea level?", ["90", "100", "110", "120"], "B"),
    ("nature", "Which animal is a mammal?", ["dolphin", "shark", "penguin", "frog"], "A"),
    ("nature", "Which organ pumps blood?", ["lung", "liver", "heart", "kidney"], "C"),
    ("nature", "What is frozen water called?", ["steam", "dew", "fog", "ice"], "D"),
    ("nature", "Which planet is known for its large rings?", ["Saturn", "Mars", "Venus", "Mercury"], "A"),
    ("nature", "How many chromosomes does a human cell usually have?", ["23", "44", "46", "48"], "C"),
    ("nature", "Which of these is a metal?", ["sulphur", "iron", "carbon", "iodine"], "B"),
    ("nature", "What does a thermometer measure?", ["pressure", "speed", "weight", "temperature"], "D"),
    ("language", "Which word means the same as “rapid”?", ["slow", "quick", "heavy", "late"], "B"),
    ("language", "Which word is the opposite of “ancient”?", ["modern", "old", "large", "broken"], "A"),
    ("language", "What is the plural of “mouse”, the animal?", ["mouses", "mouse", "mices", "mice"], "D"),
    ("language", "Which word is a verb?", ["green", "table", "run", "happily"], "C"),
    ("language", "Which word is spelled correctly?", ["recieve", "receive", "receeve", "receve"], "B"),
    ("language", "Which of these is a palindrome?", ["level", "hello", "paper", "house"], "A"),
    ("language", "Who writes novels?", ["a baker", "a pilot", "a surgeon", "an author"], "D"),
    ("language", "How many letters has the word “strawberry”?", ["nine", "eleven", "ten", "twelve"], "C"),
    (
        "reasoning",
        "Ann is taller than Ben, Ben is taller than Cem. Who is shortest?",
        ["Ann", "Cem", "Ben", "nobody"],
        "B",
    ),
    (
        "reasoning",
        "If today is Wednesday, what day is it in ten days?",
        ["Saturday", "Friday", "Sunday", "Monday"],
        "A",
    ),
    (
        "reasoning",
        "All robins are birds, and all birds lay eggs. What follows?",
        ["All birds are robins.", "No robin lays eggs.", "All eggs are birds.", "All robins lay eggs."],
        "D",
    ),
    ("reasoning", "Which does not belong with the others?", ["apple", "pear", "carrot", "plum"], "C"),
    (
        "reasoning",
        "A bat and a ball cost $1.10 together, and the bat costs $1 more than the ball. What does the ball cost?",
        ["$0.10", "$0.05", "$1.00", "$0.55"],
        "B",
    ),
];

/// The built-in questions, in order, with the ids `q01` to `q50`.
pub fn questions() -> Vec<Question> {
    (ROWS.iter().enumerate())
        .map(|(place, (category, text, [a, b, c, d], letter))| Question {
            id: format!("q{:02}", place + 1),
            query: format!("{text}\nA) {a}\nB) {b}\nC) {c}\nD) {d}"),
            reference: (*letter).to_owned(),
            category: (*category).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Grader;
    use crate::live::grade::{Scorer, Scoring};
    use crate::live::prompt::check_template;
    use std::collections::BTreeSet;

    #[test]
    fn every_question_is_one_and_graders_know_its_answer() {
        let all = questions();
        assert_eq!(all.len(), 50);
        let texts: BTreeSet<_> = all.iter().map(|question| &question.query).collect();
        let ids: BTreeSet<_> = all.iter().map(|question| &question.id).collect();
        assert_eq!((texts.len(), ids.len()), (50, 50));
        let letter = Scorer::new(&Scoring::Graded(Grader::ChoiceLetter)).unwrap();
        let exact = Scorer::new(&Scoring::ExactLetter).unwrap();
        for question in &all {
            assert!(!question.query.trim().is_empty() && !question.category.is_empty());
            let right = format!("The answer is {}.", question.reference);
            assert_eq!(letter.score(&right, &question.reference), Some(1.0), "{}", question.query);
            assert_eq!(exact.score(&question.reference, &question.reference), Some(1.0));
            for other in ["A", "B", "C", "D"].into_iter().filter(|other| *other != question.reference) {
                assert_eq!(letter.score(&format!("The answer is {other}."), &question.reference), Some(0.0));
            }
        }
        // A model that always says the same letter earns little.
        for letter in ["A", "B", "C", "D"] {
            let count = all.iter().filter(|question| question.reference == letter).count();
            assert!((10..=15).contains(&count), "{letter}: {count}");
        }
        assert!(check_template(TEMPLATE).is_ok());
    }

    #[test]
    fn choices_differ() {
        for (_, text, choices, letter) in ROWS {
            let different: BTreeSet<_> = choices.iter().collect();
            assert_eq!(different.len(), 4, "{text}");
            assert!(["A", "B", "C", "D"].contains(&letter));
        }
    }
}
