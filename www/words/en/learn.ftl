a-round-is-a-whole-number-from = A round is a whole number from 1.
rounds-count-from-1 = Rounds count from 1.
round-round-is-not-played-yet-n = { $round ->
    [one] Round { $round } is not played yet: { $n }{ "\u00A0" }round is.
   *[other] Round { $round } is not played yet: { $n }{ "\u00A0" }rounds are.
}
replicates-count-from-1-to-n = Replicates count from 1 to { $n }.
move-the-cursor-over-a-figure-first = Move the cursor over a figure first.
no-later-round-of-those-played-cost = No later round of those played cost more than ρ.
list-of-lessons = List of lessons
margin = Margin
predictions-of = Predictions{ $of }
pager = Pager
header = Header
move-the-cursor-over-a-figure-first-2 = Move the cursor over a figure first
round-n = Round { $n }
round-inspector = Round inspector
one-round-of-one-policy-in-one = One round of one policy in one replicate, played once more with the same draws.
replicate-of-n = Replicate, of { $n }
round-of-n = Round, of { $n }
previous-round = Previous round
next-round = Next round
at-the-cursor = At the cursor
next-round-over-rho = Next round over ρ
no-later-round-has-been-played = No later round has been played
what-stands-below-is-still-round = What stands below is still { $round }.
looking-for-the-round = Looking for the round.
pause-take-a-step-or-choose-a = Pause, take a step, or choose a slow speed to look into a round; or give its number.
give-the-number-of-a-round-to = Give the number of a round to look into it.
scheduling-cloud = Scheduling cloud
calls-in-this-order = Calls, in this order
no-model-was-called = No model was called.
this-round-reward-reward-of-most = This round: reward { $reward } of { $most }
this-round-reward-reward = This round: reward { $reward }
there-was-nobody-to-call = There was nobody to call.
the-set-is-whole-already-no-coin = The set is whole already: no coin is flipped.
it-calls-the-set-as-it-comes = It calls the set as it comes: nothing is rounded.
the-coins-left-no-model-the-query = The coins left no model: the query goes unanswered.
the-coins-left-no-model-so-that = The coins left no model. So that the query has an answer, the cheapest one is called.
rounds-z-to-a-set = Rounds { $z } to a set by coins
every-entry-is-whole-already-no-coin = Every entry is whole already: no coin is flipped.
first-a-is-left-over-the-draw = { $first } ({ $a }) is left over. The coin draws { $draw }, below { $up }: { $first } is called.
first-a-is-left-over-the-draw-2 = { $first } ({ $a }) is left over. The coin draws { $draw }, not below { $up }: { $first } is left out.
first-a-and-second-b-share-one = { $first } ({ $a }) and { $second } ({ $b }) share one place. The coin draws { $draw }, below { $up }: { $gains } takes it.
first-a-and-second-b-share-one-2 = { $first } ({ $a }) and { $second } ({ $b }) share one place. The coin draws { $draw }, not below { $up }: { $gains } takes it.
first-a-and-second-b-trade-the = { $first } ({ $a }) and { $second } ({ $b }) trade. The coin draws { $draw }, below q/(p + q) = { $up }: { $gains } gains. Now they have { $c } and { $d }.
first-a-and-second-b-trade-the-2 = { $first } ({ $a }) and { $second } ({ $b }) trade. The coin draws { $draw }, not below q/(p + q) = { $up }: { $gains } gains. Now they have { $c } and { $d }.
not-called = not called
right = ✓ right
wrong = ✗ wrong
reward-n = reward { $n }
there-is-no-budget-the-mean-over = { $n ->
    [one] There is no budget. The mean so far is { $mean }.
   *[other] There is no budget. The mean over { $n } rounds is { $mean }.
}
over-rho-by-over-this-time-the = { $over ->
    [one] Over ρ by { $over } this time; the mean so far is { $mean }.
   *[other] Over ρ by { $over } this time; the mean over { $n } rounds is { $mean }.
}
within-rho-this-time-the-mean-over = { $n ->
    [one] Within ρ this time; the mean so far is { $mean }.
   *[other] Within ρ this time; the mean over { $n } rounds is { $mean }.
}
paid-paid = Paid { $paid }.{ " " }
the-logarithm-under-the-radius-of-t = The logarithm under the radius, of t, K and δ
radius-and-bounds-how-far-the-truth = Radius and bounds: how far the truth may be from the mean
the-draw-is-below-epsilon-a-random = The draw is below ε: a random set
the-draw-is-not-below-epsilon-the = The draw is not below ε: the best set so far
draw = draw
the-relaxed-problem-objective-places-budget = The relaxed problem: objective, places, budget
the-coins-of-the-rounding = The coins of the rounding
the-update-of-the-mean-reward = The update of the mean reward
the-price-of-cost-the-step-is = The price of cost: the step η = 1/√T times what was paid beyond ρ
what-the-round-adds-to-the-regret = What the round adds to the regret
budget-violation-up-to-here-the-mean = Budget violation up to here: the mean cost beyond ρ
never-seen = { "\u00A0" }(never seen)
scale = scale
maximise = maximise{ "\u00A0" }
the-draw-the-first-gains-p = { "\u00A0" }(the draw): the first gains p
the-draw-the-second-gains-q = { "\u00A0" }(the draw): the second gains q
over-what-it-remembers = { "\u00A0" }(over what it remembers)
worth = worth
mean-to-bound = { $mean } to { $bound }
bound-to-mean = { $bound } to { $mean }
local-server = Local server
estimates-before-round-n = Estimates before round { $n }
seen = Seen
and-n-more-models-none-of-them = And { $n } more models, none of them selected.
places-sum-places-of-n = places { $sum } { $places } of { $n }
expected-cost-cost-of-budget = expected cost { $cost } of { $budget }
expected-cost-cost = expected cost { $cost }
not-seen = not seen
away = away
learned-from-the-feedback = Learned from the feedback
estimates-before-and-after-the-round = Estimates before and after the round
reward-mu = reward μ̄
drawn-reward = drawn reward
mean-reward-2 = mean reward
the-linear-program = The linear program
the-relaxed-problem = The relaxed problem
no-model-has-a-whole-place = No model has a whole place.
whole-places-names = Whole places: { $names }.
the-budget-binds-out-gives-up-part = { " " }The budget binds: { $out } gives up { $part } of its place to the cheaper { $into }. The dashed line is the price of cost, λ = { $price } of weight a unit of cost: models above it have a whole place, those below it none.
the-budget-binds-out-gives-up-part-2 = { " " }The budget binds: { $out } gives up { $part } of its place to the cheaper { $into }. The dashed line is the price of cost, λ = { $price } of weight a dollar: models above it have a whole place, those below it none.
they-cost-no-more-than-the-budget = { " " }They cost no more than the budget, so that cost has no price (λ = 0).
parts-of-a-place-parts = { " " }Parts of a place: { $parts }.
text = ,{ " " }
expected-cost-cost-of-budget-2 = { " " }Expected cost { $cost } of { $budget }.
the-set = the set
feedback = feedback
formulas-with-this-rounds-numbers = Formulas with this round’s numbers
formulas-scroll-sideways = Formulas, scroll sideways
n-calls = { $n ->
    [one] { $n }{ "\u00A0" }call
   *[other] { $n }{ "\u00A0" }calls
}
round-round-of-policy-replicate-replicate-calls = Round { $round } of { $policy }, replicate { $replicate }: { $calls }, reward { $reward }, paid { $paid }, of a budget of { $budget }.
round-round-of-policy-replicate-replicate-calls-2 = Round { $round } of { $policy }, replicate { $replicate }: { $calls }, reward { $reward }, paid { $paid }.
an-optimistic-reward-mu = an optimistic reward μ̄
an-optimistic-reward-mu-about-what-a = an optimistic reward μ̄ about what a classifier says of this query
a-reward-drawn-from-what-it-believes = a reward drawn from what it believes of each model
the-mean-reward-so-far-1-where = the mean reward so far (1 where unseen)
the-worth-that-a-linear-regression-on = the worth that a linear regression on the query’s features gives
a-reward = a reward
a-low-cost-c = a low cost c̲
a-cost-drawn-likewise = a cost drawn likewise
the-mean-cost-so-far = the mean cost so far ĉ
no-cost = no cost
no-model-was-there-in-this-round = No model was there in this round, so that none was chosen.
this-policys-set-was-fixed-before-the = This policy’s set was fixed before the first round: it estimates nothing and sends no z.
the-draw-fell-below-epsilon-instead-of = The draw fell below ε: instead of its best set so far it plays { $n } models at random.
this-policy-takes-n-models-at-random = This policy takes { $n } models at random, whatever came back before.
the-draw-fell-below-epsilon-instead-of-2 = The draw fell below ε: instead of its best set so far it plays a random one that fits the budget by mean costs.
takes-the-n-models-of-the-largest = Takes the { $n } models of the largest optimistic reward μ̄. It does not look at the budget.
takes-the-n-models-of-the-largest-2 = Takes the { $n } models of the largest μ̄ − λc̲. The price λ is learned: it rises after rounds over the budget and falls after the others.
draws-a-reward-for-each-model-from = Draws a reward for each model from what it believes of it, and takes the { $n } largest. It does not look at the budget.
takes-the-n-models-of-the-largest-3 = Takes the { $n } models of the largest worth by a linear regression on the query’s features, with a bonus for what is uncertain.
takes-the-n-models-of-the-largest-4 = Takes the { $n } models of the largest mean reward so far, unseen ones first.
searched-for-the-best-set-under-reward = Searched for the best set under { $reward } and { $cost }. The search was cut short, so that the relaxed problem was solved and rounded instead.
searches-for-the-best-set-that-fits = Searches for the best set that fits the budget under { $reward } and { $cost }: nothing is rounded.
keeps-every-estimate-solves-the-relaxed-problem = Keeps every estimate. Solves the relaxed problem with { $reward } and { $cost }.
no-set-of-this-size-fits-the = No set of this size fits the budget: z is the cheapest one.
a-linear-program-a-models-weight-is = A linear program: a model’s weight is ln μ̄, since the product of rewards is to be large.
a-linear-program-a-models-weight-is-2 = A linear program: a model’s weight is its optimistic reward.
under-any-win-the-objective-1-minus = Under any win the objective 1 − ∏(1 − μ̄z) is no linear program. The best corner was found by an exact search, so that there is no single price line to draw.
under-any-win-the-objective-1-minus-2 = Under any win the objective 1 − ∏(1 − μ̄z) is no linear program. z is the mean of the 50 small linear programs of continuous greedy, so that there is no single price line to draw; it reaches at least 63{ "\u00A0" }% of the best.
n-numbers-nothing-else-crosses = { $n ->
    [one] { $n }{ "\u00A0" }number; nothing else crosses
   *[other] { $n }{ "\u00A0" }numbers; nothing else crosses
}
empty = empty
no-z-it-is-chosen-already = no z: it is chosen already
nothing-was-called = nothing was called
reward-and-cost-of-n-calls = { $n ->
    [one] reward and cost of { $n }{ "\u00A0" }call
   *[other] reward and cost of { $n }{ "\u00A0" }calls
}
learn = Learn
loading = Loading…
the-lessons-have-not-come = The lessons have not come
try-again = Try again
there-is-no-such-lesson = There is no such lesson
the-address-names-lesson-these-are-the = The address names { $lesson }. These are the lessons there are; choose one to go on.
there-is-no-such-step = There is no such step
the-address-names-step-step-this-lesson = The address names step { $step }. This lesson has steps 1 to { $steps }; it begins here.
lesson-lesson-of-lessons-minutes-experiments-step = Lesson { $lesson } of { $lessons } · { $minutes } · { $experiments } · step { $step } of { $steps }
n-experiments = { $n ->
    [one] { $n }{ "\u00A0" }experiment
   *[other] { $n }{ "\u00A0" }experiments
}
back = ← Back
next-step = Next step
next-lesson = Next: { $lesson }
to-all-lessons = To all lessons
steps = Steps
in-this-lesson = In this lesson
skip-to-the-lesson = Skip to the lesson
the-link-hides-n-parts-of-the-2 = { $n ->
    [one] The link hides { $n }{ "\u00A0" }part of the page.
   *[other] The link hides { $n }{ "\u00A0" }parts of the page.
}
lessons = Lessons
steps-of-this-lesson = Steps of this lesson
finished = finished
n-minutes = { $n ->
    [one] { $n }{ "\u00A0" }minute
   *[other] { $n }{ "\u00A0" }minutes
}
lessons-lessons-minutes-minutes-for-whoever-knows = { $lessons } lessons, { $minutes } minutes, for whoever knows what an average is. Each asks you to guess before it shows: the experiments are played here, by the same engine as in the Playground.
begin-lesson = Begin: { $lesson }
go-on-lesson = Go on: { $lesson }
all-lessons = All lessons
ticks-and-guesses-are-remembered-on-this = Ticks and guesses are remembered on this computer alone.
forget-my-progress = Forget my progress
open-in-query-aware = Open in Query-aware
open-in-the-playground = Open in the Playground
back-to-the-lesson = Back to the lesson
what-was-on-the-page-before-is-kept = What was on the page before is kept: it is in the workspace, among closed tabs.
show-the-answer = Show the answer
train-and-judge = Train and judge
run-n-rounds = { $n ->
    [one] Run { $n }{ "\u00A0" }round
   *[other] Run { $n }{ "\u00A0" }rounds
}
show-it-without-a-guess = Show it without a guess
progress-of-the-run = Progress of the run
the-run-could-not-go-on = The run could not go on
right-2 = (right)
you-said-right-and-so-it-is = You said { $right }, and so it is.
you-said-guess-it-is-right = You said { $guess }; it is { $right }.
it-is-right = It is { $right }.
choose-an-answer-first-or-show-it = Choose an answer first, or show it without a guess.
your-guess-of-before-is-kept = Your guess of before is kept.
running = Running
stopped = Stopped
rounds-rounds-n-replicates-in-time-done = { $rounds ->
    [one] { $rounds } rounds, { $n }{ "\u00A0" }replicate, in { $time }. Done
   *[other] { $rounds } rounds, { $n }{ "\u00A0" }replicates, in { $time }. Done
}
trained-and-judged-on-n-queries-in = { $n ->
    [one] Trained, and judged on { $n }{ "\u00A0" }query, in { $time }. Done
   *[other] Trained, and judged on { $n }{ "\u00A0" }queries, in { $time }. Done
}
done = Done
the-browser-did-not-allow-copying-select = The browser did not allow copying: select the text and press Ctrl C, or ⌘ C on a Mac.
share = Share
link-to-this-step = Link to this step
copied = Copied.
copy = Copy
parts-of-the-page-that-the-link = Parts of the page that the link shows
embed-in-a-page = Embed in a page
html-to-embed = HTML to embed
html-copied = HTML copied.
copy-the-html = Copy the HTML
label-the-text-begins-with-own-the = { $label }: the text begins with { $own }, the figures above show { $now }.
what-is-played-here = What is played here
a-query-arrives-several-models-could-answer = A query arrives. Several models could answer it; each has a price, and nobody knows yet how good it is. A policy picks a set of models, sees what comes back, and picks better next time. This page plays thousands of such rounds in a second, in your browser.
the-models-and-the-queries-made-up = The models and the queries: made-up ones, built-in data sets, or your own result files. Drop them here; they stay in this tab.
how-the-answers-of-a-set-count = How the answers of a set count. Any win: one good answer is enough. Sum up: each model does a part. All in: every part has to succeed. N is how many models may be asked.
budget = Budget
what-a-query-may-cost-on-average = What a query may cost on average. A single round may cost more if others cost less. Wherever you see amber, it is this budget.
who-plays-c2mab-v-learns-what-models = Who plays. C2MAB-V learns what models are worth while it keeps to the budget; the others are its rivals. Switch them on and off, change their numbers, add more.
reward-given-up-against-the-best-set-4 = Reward given up against the best set that fits the budget, added up over the rounds. A straight line goes on making the same mistake; a line that bends flat has learned.
how-far-the-mean-cost-is-above-5 = How far the mean cost is above the budget. It may be high at first, while a policy finds out what models cost, and should then fall.
results = Results
every-number-after-the-last-round-each = Every number after the last round, each with its 95 % interval. A small ? beside a word explains it, and the glossary under Help has them all.
more-rooms = More rooms
query-aware-reads-the-text-of-a = Query-aware reads the text of a query before it picks models. Live asks real models, with your own key. Learn explains it all, in ten short lessons. The tour is under Help whenever you want it again.
help = Help
two-minute-tour = Two-minute tour
glossary = Glossary
search-in-all-explanations = Search in all explanations
nothing-found-try-another-word = Nothing found: try another word.
n-of-all = { $n } of { $all }
tour = Tour
back-2 = Back
end-the-tour = End the tour
next = Next
skip-the-tour = Skip the tour
welcome = Welcome
new-here = New here?
a-tour-of-two-minutes-shows-what = A tour of two minutes shows what is what.
take-the-tour = Take the tour
no-thanks = No, thanks
no-figure-yet-press-run = No figure yet: press Run.
title-n-of-all = { $title }, { $n } of { $all }
present = Present
present-the-figures-one-at-a-time = Present the figures, one at a time
presentation = Presentation
previous-figure = Previous figure
next-figure = Next figure
full-screen = Full screen
leave-key = Leave { $key }
run-or-pause-in-the-playground = Run or pause, in the Playground
step-one-round-more-in-the-playground = Step: one round more, in the Playground; held, one after the other
reset-in-the-playground = Reset, in the Playground
this-list = This list
on-a-chart-move-the-cursor-with = On a chart: move the cursor, with Shift ten times as far over rounds; while presenting: the figure before, the next one
on-a-chart-move-the-cursor-ten = On a chart: move the cursor ten times as far; while presenting: the figure before, the next one
on-a-chart-over-rounds-move-the = On a chart over rounds: move the cursor by one round
on-a-chart-to-its-first-and = On a chart: to its first and its last place
on-a-chart-of-a-run-open = On a chart of a run: open the round under the cursor in the round inspector
on-a-chart-take-the-cursor-away = On a chart: take the cursor away; elsewhere: close what is open, leave the presentation
to-the-next-control-to-the-one = To the next control, to the one before
among-tabs-and-choices-the-next-one = Among tabs and choices: the next one, the one before
paste-a-table-of-results-or-files = Paste a table of results, or files
keyboard-shortcuts = Keyboard shortcuts
single-keys-are-shortcuts-where-nothing-has = Single keys are shortcuts, where nothing has the focus
always = Always
any-win-awc-one-good-answer-is = Any win (AWC): one good answer is enough
sum-up-suc-every-model-does-a = Sum up (SUC): every model does a part of its own
all-in-aic-every-part-has-to = All in (AIC): every part has to succeed
at-most-4-or-all-where-there = at most 4, or all where there are fewer, models a query
exactly-4-or-all-where-there-are = exactly 4, or all where there are fewer, models a query
at-most-n-models-a-query = at most { $n } models a query
exactly-n-models-a-query = exactly { $n } models a query
rho-is-budget-per-query = ρ = { $budget } per query
rounds-in-replicates-replicates-seed-seed = { $rounds }, in { $replicates } replicates, seed { $seed }
models-about = { $models }. { $about }
set = Set
train-learned-from-validation-chosen-on-test = { $train } learned from, { $validation } chosen on, { $test } tested on
at-most-s-is-s-models-a = at most s = { $s } models a query, threshold τ = { $threshold }
queries = Queries
settings = Settings
title-left-and-right-arrow-move-the = { $title }, left and right arrow move the cursor
point-at-a-mark-to-read-it = Point at a mark to read it.
name = { $name }:{ " " }
at-values = { $at }: { $values }.
all-models-that-are-there = , all models that are there
as-n-is-n-asks = , as N = { $n } asks
a-linear-program-and-coins-are-shown = A linear program and coins are shown where a policy sends a z to the cloud, as C2MAB-V does.
cost-lower-bound-c = cost, lower bound c̲
drawn-cost = drawn cost
mean-cost-2 = mean cost ĉ
a-whole-place = a whole place
a-part-of-a-place = a part of a place
no-place = no place
x-the-part-of-its-place-that = { $x }: the part of its place that { $out } gives up to { $into }
n-models-here-placed-with-a-place = { $n } models here, { $placed } with a place
n-models-here = { $n } models here
n-models-are-equal-in-reward-reward = { " " }{ $n } models are equal in reward, { $reward }: of these the cheaper ones have a place.
n-models-are-equal-in-reward-reward-2 = { " " }{ $n } models are equal in reward, { $reward }: of these the cheaper ones have a place, and of equally cheap ones those that stand earlier in the list.
policy-replicate-replicate-round-round = { $policy }, replicate { $replicate }, round { $round }
run-plays-all-rounds-pause-keeps-what = Run plays all rounds, Pause keeps what is there, Reset goes back to round 0. Whatever you change in the form starts a new run by itself.
step-and-speeds = Step and speeds
step-plays-one-round-and-stops-there = Step plays one round and stops there, so that you can look at it. The speeds are for watching: full plays as fast as it can, lecture takes its time, 10/s and 1/s play so many rounds a second.
one-round-from-inside-what-the-policy = One round from inside: what the policy believed of each model, which it picked and why, what came back, and what it learned of that. Click into a figure, and its round is opened here.
the-lessons-are-in-english = The lessons are in English.
