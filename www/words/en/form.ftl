n-models = { $n ->
    [one] { $n }{ "\u00A0" }model
   *[other] { $n }{ "\u00A0" }models
}
n-queries = { $n ->
    [one] { $n }{ "\u00A0" }query
   *[other] { $n }{ "\u00A0" }queries
}
n-files = { $n ->
    [one] { $n }{ "\u00A0" }file
   *[other] { $n }{ "\u00A0" }files
}
n-rows = { $n ->
    [one] { $n }{ "\u00A0" }row
   *[other] { $n }{ "\u00A0" }rows
}
data = Data
data-set = Data set
your-files-files = Your files: { $files }
models-of-the-opened-experiment = Models of the opened experiment
nine-chat-models-illustration = Nine chat models (illustration)
let-go-to-read-the-files = Let go to read the files
let-go-to-read-files = Let go to read { $files }
what-is-loaded-now-stays-until-they = What is loaded now stays until they are checked
drop-or-choose = { $drop }, or choose
drop-or-paste-result-files-here = Drop or paste result files here
csv-tsv-json-zip-several-at-once = CSV, TSV, JSON, ZIP; several at once
they-need-a-column-query-with-its = They need a column { $query } with its text
also-an-experiment-results-json-or-workspace = Also an experiment, results JSON or workspace
they-take-the-place-of-those-loaded = They take the place of those loaded
result-files = Result files
a-whole-folder = A whole folder
folder-of-result-files = Folder of result files
models-and-audit = Models and audit
models = Models
untick-a-model-and-it-does-not = Untick a model and it does not play.
changing-world = Changing world
change-how-they-are-read = Change how they are read
order-of-queries = Order of queries
fetching-files = Fetching files
reading-files = Reading files
cancel = Cancel
fetching-file-number-of-files = Fetching { $file }, { $number } of { $files }
reading-file-number-of-files = Reading { $file }, { $number } of { $files }
done-of-total-about-time-left = { $done } of { $total }, about { $time } left
done-of-total = { $done } of { $total }
file-needs-one-choice = { $file } needs one choice
the-files-need-one-choice = The files need one choice
file-is-not-the-file-that-the = { $file } is not the file that the link names
file-was-not-loaded = { $file } was not loaded
the-files-were-not-loaded = The files were not loaded
read-the-others-without-this-file = Read the others without this file
what-was-loaded-before-is-still-there = What was loaded before is still there.
say-how-to-read-them = Say how to read them
close = Close
from-a-round-on-models-get-better = From a round on, models get better, worse, dearer or are not there.
add-change = Add change
add-next-part-of-files = Add next part of files
add-absence = Add absence
cost-spread-s-a-call-costs-its = Cost spread { $s }: a call costs its mean × (1 ± { $s })
cost-dollars = Cost, $
change-number = Change { $number }
from-round = from round
remove-change-number = Remove change { $number }
next-part-of-the-files = Next part of the files
add-model-to-change-number = Add model to change { $number }
plus-model = + model
model-of-change-number-model = Model of change { $number }, { $model }
same = same
remove-model-from-change-number = Remove { $model } from change { $number }
absence-number = Absence { $number }
model-of-absence-number = Model of absence { $number }
remove-absence-number = Remove absence { $number }
back-in = back in
neutral = neutral
files-format-format-one-row-a-result = { $files }, format { $format }, one row a result. { $complete } of { $queries } are complete.
files-format-format-complete-of-queries-are = { $files }, format { $format }. { $complete } of { $queries } are complete.
scores-scores-costs-costs-latencies-latencies = scores: { $scores }; costs: { $costs }; latencies: { $latencies }
the-files-give-no-costs = The files give no costs.
of-models-the-cost-is-unknown = Of { $models } the cost is unknown.
with-a-price-per-call-there-can = With a price per call there can be a budget.
say-what-a-call-costs = Say what a call costs
cells-in-models-these-queries-are-left = { $cells }, in { $models }. These queries are left out.
cells-in-models-these-models-are-away = { $cells }, in { $models }. These models are away there.
n-cells-missing = { $n ->
    [one] { $n }{ "\u00A0" }cell missing
   *[other] { $n }{ "\u00A0" }cells missing
}
model-n-missing = { $model }: { $n } missing
rows-beyond-the-first-of-the-same = { $rows } beyond the first of the same model on the same query.
rows-beyond-the-first-of-the-same-2 = { $rows } beyond the first of the same model on the same query; { $n } of them only filled gaps and were put together.
row-row = row { $row }
and-n-more-warnings = { $n ->
    [one] And { $n }{ "\u00A0" }more warning.
   *[other] And { $n }{ "\u00A0" }more warnings.
}
n-of-total-rows = { $n } of { $total } rows:
import-audit = Import audit
unknown = unknown
n-rows-missing-missing = { $n ->
    [one] { $n }{ "\u00A0" }row, { $missing } missing
   *[other] { $n }{ "\u00A0" }rows, { $missing } missing
}
model-and-its-rows = Model and its rows
score-0-to-1 = Score, 0 to 1
cost-dollars-a-call = Cost, $ a call
latency = Latency
table-scrolls-sideways = { $table }, scrolls sideways
plus-minus-95-percent-interval-of-the = ± 95 % interval of the mean: 1.96 s/√n over the n queries with a value
how-to-read-these-files = How to read these files
what-you-choose-here-is-kept = What you choose here is kept.
read-the-files-so = Read the files so
leave-it = Leave it
file-that-is-shown = File that is shown
file-in-the-archive = File in the archive
looking-into-the-file = Looking into the file…
it-cannot-be-shown-why = It cannot be shown: { $why }
first-rows-of-the-file-scrolls = First rows of the file, scrolls
first-rows-of-the-file = First rows of the file
row-2 = Row
read-as-format-why = Read as { $format }: { $why }.
its-columns-are-not-known-say-below = Its columns are not known: say below what they are. Our guess is filled in.
not-in-these-files = Not in these files
no-name = (no name)
guess-why = Guess: { $why }
the-name-of-a-file-is-its = The name of a file is its model
columns = Columns
which-column-is-what = Which column is what
as-files-of-the-format-format-have = As files of the format { $format } have it
as-chosen-here = As chosen here
rules-and-units = Rules and units
choose = Choose
what-could-not-be-opened = { $what } could not be opened
together-models-times-queries = Together { $models } × { $queries }.
this-link-needs-n-files = { $n ->
    [one] This link needs { $n }{ "\u00A0" }file
   *[other] This link needs { $n }{ "\u00A0" }files
}
go-on-without-it = Go on without it
a-link-holds-no-data-choose-or = A link holds no data: choose or drop the same files below. They are checked, and then the experiment plays.
a-reward-of-at-least-threshold-is = A reward of at least { $threshold } is a success: { $room } has the input.
query-aware = Query-aware
came-with-the-experiment = Came with the experiment
drop-it = Drop it
said-the-form-has-no-input-for = { $said }. The form has no input for it.
a-result-was-opened = A result was opened
its-experiment-is-played-anew-when-the = Its experiment is played anew. When the run is done, its digest is compared with that of { $file }.
the-same-result = The same result
the-run-gives-what-file-says-to = The run gives what { $file } says, to the last bit: digest { $digest }.
another-result = Another result
file-says-digest-promised-by-engine-engine = { $file } says digest { $promised } by engine { $engine }. This run, by engine { $own }, gives { $digest }. The file was changed, or other data or another engine made it.
the-link-hides-n-parts-of-the = { $n ->
    [one] The link hides a part of the page.
   *[other] The link hides { $n } parts of the page.
}
show-all = Show all
this-link = This link
hide-what = Hide { $what }
show-what = Show { $what }
missing-of-model = Missing of { $model }
the-first-n-of-total = The first { $n } of { $total }:
table-scrolls = { $table }, scrolls
query = Query
lacks-its = Lacks its
in-row = In row
reading-the-rows = Reading the rows…
in-question = , in question
rows-of-the-file-scrolls = Rows of the file, scrolls
rows-of-the-file = Rows of the file
n-more-columns-are-not-shown = { $n } more columns are not shown
list-price-of-date-dollars-input-and = list price of { $date }: ${ $input } and ${ $output }
list-price-of-date = list price of { $date }
yours = yours
dollars-per-million-input-tokens-of-model = $ per million input tokens of { $model }
dollars-per-million-output-tokens-of-model = $ per million output tokens of { $model }
dollars-per-call-of-model = $ per call of { $model }
prices = Prices
prices-scrolls = Prices, scrolls
prices-in-dollars = Prices in dollars
dollars-per-million-in = $ per million in
dollars-per-million-out = $ per million out
dollars-per-call = $ per call
of-a-model-without-a-price-the = Of a model without a price the cost is unknown, not 0.
a-price-per-call-is-the-cost = A price per call is the cost of every call that has no other.
n-of-total-queries-have-a-result = { $n } of { $total } queries have a result of every model. The others are left out.
n-of-total-queries-have-a-result-2 = { $n } of { $total } queries have a result of every model. On the others nobody can choose a model without a result.
queries-with-missing-results = Queries with missing results
categories = Categories
splits = Splits
what-n-different-ones-too-many-to = { $what }: { $n } different ones, too many to choose from.
all-of-categories = All of categories
none-of-categories = None of categories
all-of-splits = All of splits
none-of-splits = None of splits
on-of-total-played = { $on } of { $total } played
all = All
none-2 = None
task = Task
reward-model = Reward model
one-good-answer-is-enough-the-rest = One good answer is enough; the rest are not called.
every-model-has-its-own-part-the = Every model has its own part; the parts add up.
every-part-has-to-succeed = Every part has to succeed.
models-per-query = Models per query
budget-per-query = Budget per query
unconstrained-no-budget = Unconstrained: no budget
no-set-of-n-fits-budget = No set of { $n } fits { $budget }
set-sign-least = Set { $sign }{ $least }
the-cheapest-costs-cost-it-is-chosen = The cheapest costs { $cost }. It is chosen every round, and each is counted as infeasible.
add-policy = Add policy
policies = Policies
always-the-best = Always the best
no-model-is-switched-on = no model is switched on
always-the-cheapest = Always the cheapest
the-costs-are-not-known-2 = the costs are not known
policy-number-kind = policy { $number }, { $kind }
name-of-policy = { $name } of { $policy }
samples = samples
samples-2 = Samples
retrain = retrain
rounds-between-trainings = Rounds between trainings
never = never
falling-epsilon-of-policy = Falling ε of { $policy }
falling-c-t = falling, c/t
name-in-figures-and-table = Name in figures and table
run-policy = Run { $policy }
options-for-policy = Options for { $policy }
duplicate = Duplicate
remove = Remove
cost-aware-of-policy = Cost-aware of { $policy }
cost-aware = cost-aware
window = Window
discount = Discount
solver-of-policy = Solver of { $policy }
solver-by-size = solver by size
greedy = greedy
exact = exact
memory = memory
memory-of-policy = Memory of { $policy }
no-model-chosen = no model chosen
models-of-policy-number-fixed-set = Models of policy { $number }, fixed set
budget-per-query-slider = Budget per query, slider
budget-per-query-2 = { $budget } per query
cheapest-feasible = cheapest feasible
never-binding = never binding
spend-per-query-against-the-budget = Spend per query against the budget
mean-spend-per-query-so-far-there = Mean spend per query so far; there is no budget: { $spent }.
mean-spend-per-query-so-far-the = Mean spend per query so far; the budget is { $budget }: { $spent }.
budget-rho-is-budget = budget ρ = { $budget }
roll-a-new-seed = Roll a new seed
run = Run
rounds = Rounds
replicates = Replicates
seed = Seed
speed = Speed
one-round-a-second-every-step-can = One round a second: every step can be watched
ten-rounds-a-second = Ten rounds a second
lecture = lecture
about-200-rounds-a-second = About 200 rounds a second
fast = fast
about-2-000-rounds-a-second = About 2{ "\u202F" }000 rounds a second
full = full
as-fast-as-it-goes = As fast as it goes
pause = Pause
step = Step
reset = Reset
key-run-pause = { $key } run, pause
space = Space
key-step = { $key } step
key-reset = { $key } reset
all-keys = All keys
keys-are-off = Keys are off
column-column = column { $column }
row-row-column = row { $row }, { $column }
found-found-expected-expected = found { $found }, expected { $expected }
place-said = { $place }: { $said }
right-from-score = Right from score
c-of-epsilon-is-c-t = c of ε = c/t
window-w = Window W
discount-gamma = Discount γ
changes = Changes
absences = Absences
the-experiment = The experiment
the-run-ends-before-that-give-an = The run ends before that: give an earlier round, or more rounds to the run.
cost-spread = Cost spread
round-of-change-number = Round of change { $number }
mean-reward-of-model-in-change-number = Mean reward of { $model } in change { $number }
mean-cost-of-model-in-change-number = Mean cost of { $model } in change { $number }
first-round-of-absence-number-model = First round of absence { $number }, { $model }
round-back-of-absence-number-model = Round back of absence { $number }, { $model }
pasted-text = Pasted text
models-per-query-is-still-n-as = Models per query is still { $n }, as it was set.
models-per-query-is-now-n = Models per query is now { $n }.
the-fixed-set-is-now-models-the = The fixed set is now { $models }, the best of these models.
models-per-query-is-now-n-so = Models per query is now { $n }, so that there is something to choose.
before-is-not-among-these-models-the = { $before } is not among these models; the fixed set is now { $models }.
no-cost-is-known-of-models-so = No cost is known of { $models }, so there is no budget.
this-data-has-no-costs-so-there = This data has no costs, so there is no budget.
there-is-still-no-budget-as-it = There is still no budget, as it was set.
the-budget-is-still-sign-budget-as = The budget is still { $sign }{ $budget }, as it was set.
the-budget-is-now-sign-budget-midway = The budget is now { $sign }{ $budget }, midway between the cheapest set and the dearest.
the-budget-is-now-sign-budget = The budget is now { $sign }{ $budget }.
n-policies = { $n ->
    [one] { $n }{ "\u00A0" }policy
   *[other] { $n }{ "\u00A0" }policies
}
on-of-total-play = { $on } of { $total } play
n-changes = { $n ->
    [one] { $n }{ "\u00A0" }change
   *[other] { $n }{ "\u00A0" }changes
}
n-absences = { $n ->
    [one] { $n }{ "\u00A0" }absence
   *[other] { $n }{ "\u00A0" }absences
}
nothing-changes = Nothing changes
models-are-not-among-these-models-what = { $models ->
    [one] { $models } is not among these models: what was to change about it is dropped.
   *[other] { $models } are not among these models: what was to change about them is dropped.
}
this-data-has-no-costs-what-was = This data has no costs: what was to change about costs is dropped.
there-are-no-files-here-the-changes = There are no files here: the changes to their next part are dropped.
threshold = Threshold
cascade-stops-at = Cascade stops at
cost-cap = Cost cap
latency-cap = Latency cap
train-percent = Train, %
validation-percent = Validation, %
split-seed = Split seed
extra-columns = Extra columns
c2mab-v = C2MAB-V
c2mab-v-direct = C2MAB-V-Direct
cucb = CUCB
epsilon-greedy = ε-greedy
primal-dual = Primal–dual
contextual-c2mab-v = Contextual C2MAB-V
linucb = LinUCB
thompson = Thompson
fixed-set = Fixed set
offline = Offline
random-set = Random set
learns-reward-and-cost-keeps-to-the = learns reward and cost, keeps to the budget
the-same-solving-for-whole-sets-each = the same, solving for whole sets each round
optimistic-about-reward = optimistic about reward
draws-from-what-it-believes = draws from what it believes
tries-at-random-now-and-then = tries at random now and then
knapsack-learns-a-price-for-the-budget = knapsack: learns a price for the budget
always-the-same-models-your-choice = always the same models, your choice
learns-from-a-sample-beforehand-then-stays = learns from a sample beforehand, then stays
any-models-each-round-anew = any models, each round anew
knows-the-true-means-the-best-set = knows the true means: the best set that fits
c2mab-v-about-a-classifiers-predictions = C2MAB-V about a classifier's predictions
a-linear-regression-on-the-querys-features = a linear regression on the query's features
every-selected-model-is-called = every selected model is called
the-calls-stop-at-the-first-failure = the calls stop at the first failure
an-empty-choice-calls-no-model = an empty choice calls no model
regret-is-against-share-of-the-best = regret is against { $share } of the best set
costs-are-divided-by-scale = costs are divided by { $scale }
where-nothing-has-the-focus = where nothing has the focus
