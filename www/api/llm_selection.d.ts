/** A number, or null for what is infinite, undefined or not known. */
export type Maybe = number | null;

/** What is simulated: the same JSON that the page's links and the command line use. */
export interface Experiment {
  version: 1;
  title?: string;
  environment: Synthetic | Preset | Replay;
  task: Task;
  policies: Policy[];
  run?: Run;
  /** How policies that read the query are trained: shares of the queries, further columns of numbers. */
  query_aware?: {
    split?: { train?: number; validation?: number; seed?: number };
    features?: { columns?: string[] };
  };
}

/** Models with known means: reward ~ Bernoulli(reward), cost ~ cost · Uniform(1 − cost_spread, 1 + cost_spread). */
export interface Synthetic {
  kind: "synthetic";
  /** 1 to 200 models with unique names; reward in [0,1], cost ≥ 0. */
  models: { name: string; reward: number; cost: number }[];
  /** In [0,1]. */
  cost_spread?: number;
  cost_scale?: "max" | number;
}

/** A built-in data set. */
export interface Preset {
  kind: "preset";
  id: string;
  /** Only these models play; all where absent. */
  models?: string[];
  sampling?: Sampling;
  cost_scale?: "max" | number;
}

/** Result files, given as the second argument of `simulate`. */
export interface Replay extends ReadOptions {
  kind: "replay";
  files: { name: string; sha256?: string }[];
  /** Only these models play; all where absent. */
  models?: string[];
  sampling?: Sampling;
  cost_scale?: "max" | number;
  missing?: "drop" | "unavailable";
}

/** How result files are read, where that is not plain from the files. */
export interface ReadOptions {
  /** Which column plays which role. */
  mapping?: Partial<Record<Role, string>>;
  grader?: "exact" | "case-folded" | "number" | "choice-letter" | "contains" | { "number-within": number } | { regex: string };
  duplicates?: "error" | "first" | "mean" | "samples";
  score_unit?: "fraction" | "percent";
  cost_unit?: "dollars" | "cents" | "tokens";
  latency_unit?: "ms" | "s";
  /** By model: dollars per million tokens, both or none, and dollars a call where nothing else gives its cost. */
  prices?: Record<string, { input?: number; output?: number; call?: number }>;
}

export type Sampling = "iid" | "shuffle" | "sequential";

export type Role =
  | "query_id" | "model" | "score" | "cost" | "input_tokens" | "output_tokens" | "latency_ms" | "latency_s"
  | "answer" | "reference" | "query" | "category" | "split";

/** What is asked of a policy each round. */
export interface Task {
  /** Any win, sum up, all in. */
  reward?: "awc" | "suc" | "aic";
  /** N: most models in a set. */
  max_models?: number | null;
  /** ρ: what a query may cost on average, > 0; null = unconstrained. */
  budget: number | null;
  /** θ in (0,1]: under "awc", a reward of at least this is a success. */
  success_threshold?: number;
  feedback?: "cascade" | "full" | null;
  stop_on_failure?: boolean;
  at_least_one?: boolean;
}

export type Policy = { label?: string } & (
  | { kind: "c2mab-v"; alpha_mu?: number; alpha_c?: number; delta?: number | null; solver?: "greedy" | "exact" }
  | { kind: "cucb"; alpha_mu?: number; delta?: number | null }
  | { kind: "thompson" }
  | { kind: "epsilon-greedy"; epsilon?: number; schedule?: { c: number } }
  | { kind: "fixed"; models: string[] }
  | { kind: "random" }
  | { kind: "oracle" }
  /** These two read the queries of your files, and learn by `query_aware`. */
  | { kind: "contextual"; alpha_mu?: number; alpha_c?: number; delta?: number | null; solver?: "greedy" | "exact"; retrain?: number | null }
  | { kind: "linucb"; alpha_mu?: number; cost_aware?: boolean }
);

export interface Run {
  /** T, 1 to 1,000,000. */
  rounds?: number;
  /** 1 to 1,000. */
  replicates?: number;
  /** 0 to 2⁵³ − 1. */
  seed?: number;
  /** α of the α-approximate regret, in (0,1]. */
  regret_alpha?: number;
}

/** One curve: mean and 95 % half-width at each checkpoint. */
export interface Series {
  mean: number[];
  ci95: number[] | null;
}

/** One figure and its 95 % half-width. */
export interface Figure {
  mean: Maybe;
  ci95: Maybe;
}

export interface PolicyResult {
  label: string;
  kind: string;
  /** Rounds at which the series have a value. */
  rounds: number[];
  regret: Series;
  regret_relaxed: Series;
  violation: Series | null;
  excess: Series | null;
  reward: Series;
  expected_reward: Series;
  cost: Series | null;
  nominal_cost: Series | null;
  final: Record<
    | "regret" | "regret_relaxed" | "violation" | "excess" | "reward" | "expected_reward" | "cost" | "nominal_cost"
    | "ratio" | "ratio_violation" | "calls" | "infeasible_rounds" | "empty_rounds" | "latency_ms",
    Figure
  >;
  /** Share of rounds in which a model was selected, by name. */
  selection: Record<string, number>;
  /** Share of rounds in which a model was called, by name. */
  called: Record<string, number>;
}

/** What the command line's `llm-select run --out` writes. */
export interface RunResult {
  engine: string;
  /** SHA-256 over all series: equal wherever the same experiment ran. */
  digest: string;
  /** The experiment with every default filled in. */
  experiment: Experiment;
  data: { name: string; sha256: string }[];
  optimum: {
    from: number;
    set: string[];
    reward: number;
    cost: Maybe;
    relaxed_reward: number;
    joint: { set: string[]; reward: number } | null;
  }[];
  policies: PolicyResult[];
}

/** A result file: from a file input, or made by the program. */
export type InputFile =
  | File
  | { name: string; text: string }
  | { name: string; bytes: Uint8Array | ArrayBuffer };

export interface Progress {
  /** Rounds played so far, over all policies and replicates. */
  round: number;
  /** Rounds to play in all. */
  rounds: number;
}

/** What a rejected promise of this module carries. */
export interface SelectionError extends Error {
  /** For programs, such as "OutOfRange". */
  kind: string;
  /** Where: file, row (the header is row 1), column, or field of the experiment. */
  place: unknown;
  found: string | null;
  expected: string;
}

/**
 * Runs an experiment to its end, in slices of about 20 ms, so that a page stays responsive.
 * `signal` ends it early: the promise is then rejected with the signal's reason.
 * `onProgress` is called after each slice.
 */
export function simulate(
  experiment: Experiment | string,
  files?: Iterable<InputFile>,
  options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<RunResult>;

/** Reads result files and says what was recognised in them and what is missing. */
export function audit(files: Iterable<InputFile>, options?: ReadOptions): Promise<Record<string, unknown>>;
