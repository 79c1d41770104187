"""Published result files, where they are at hand: what the audit says of them against a reading of our own with pandas."""

import json
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pandas

FOLDER = Path(os.environ.get("LLM_SELECTION_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
"""Where the files are; they are no part of this package."""
QUANTILE = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""

GRADES = {
    "PRIME_FULL_EVAL.csv": r"(?i)\[(yes|no)\]",
    "OPINIONQA_EVAL.csv": r"^(\([A-Z]\))",
}
"""LLMDrift's answers are right if the first part of this pattern is the reference."""


def llmdrift(path):
    """Right or wrong by the pattern; latencies are in seconds."""
    table = pandas.read_csv(path, dtype={"id": str})
    pattern = re.compile(GRADES[path.name])

    def right(row):
        found = pattern.search(str(row.answer).strip())
        return float(found is not None and found.group(1).lower() == str(row.ref_answer).strip().lower())

    return pandas.DataFrame(
        {
            "query": table.id,
            "model": table.model,
            "score": table.apply(right, axis=1),
            "cost": table.cost,
            "latency_ms": table.latency * 1000,
        }
    )


def routellm(path):
    """A row a prompt; a column of truth values a model."""
    table = pandas.read_csv(path)
    models = [name for name in table.columns[1:] if not name.endswith("_response")]
    long = table[models].reset_index(names="query").melt("query", var_name="model", value_name="score")
    return long.assign(score=long.score.astype(float))


def routerarena(path):
    """Some metrics go below 0, which counts as 0."""
    table = pandas.json_normalize(pandas.read_json(path, lines=True).to_dict("records"))
    return pandas.DataFrame(
        {
            "query": table.global_index,
            "model": table.llm_selected,
            "score": table["evaluation_result.score"].clip(lower=0),
            "cost": table["evaluation_result.inference_cost"],
        }
    )


def lm_eval(path):
    """The model is the folder."""
    table = pandas.read_json(path, lines=True)
    return pandas.DataFrame({"query": table.doc_id, "model": path.parent.name, "score": table.exact_match.astype(float)})


def helm(path):
    """The model is part of the folder's name; a list of statistics a row."""
    table = pandas.DataFrame(json.loads(path.read_text(encoding="utf-8")))

    def mean(stats, name):
        return next((stat.get("mean") for stat in stats if stat["name"]["name"] == name), None)

    return pandas.DataFrame(
        {
            "query": table.instance_id,
            "model": re.search("model=([^,]*)", path.parent.name).group(1),
            "score": [mean(stats, "exact_match") for stats in table.stats],
            "latency_ms": [mean(stats, "inference_runtime") * 1000 for stats in table.stats],
        }
    )


def inspect(path):
    """A document, or an archive with a file a sample."""
    if path.suffix == ".eval":
        with zipfile.ZipFile(path) as archive:
            samples = [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("samples/")]
            log = json.loads(archive.read("header.json")) | {"samples": samples}
    else:
        log = json.loads(path.read_text(encoding="utf-8"))
    grades = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}

    def score(sample):
        value = next(iter(sample["scores"].values()))["value"]
        return float(grades.get(value, value))

    return pandas.DataFrame(
        {
            "query": [sample["id"] for sample in log["samples"]],
            "model": log["eval"]["model"],
            "score": [score(sample) for sample in log["samples"]],
            "latency_ms": [sample["total_time"] * 1000 for sample in log["samples"]],
        }
    )


CASES = [
    (llmdrift, ["llmdrift/PRIME_FULL_EVAL.csv"]),
    (llmdrift, ["llmdrift/OPINIONQA_EVAL.csv"]),
    (routellm, ["routellm/gsm8k_responses.csv"]),
    (routerarena, ["routerarena/claude-3-haiku-20240307.jsonl"]),
    (routerarena, ["routerarena/gemini-2.0-flash-001.jsonl"]),
    (routerarena, ["routerarena/claude-3-haiku-20240307.jsonl", "routerarena/gemini-2.0-flash-001.jsonl"]),
    (lm_eval, ["eval_logs/lm_eval/samples_math_perturbed_full_2026-01-21T03-44-18.458309.jsonl"]),
    (
        helm,
        [
            "eval_logs/helm/commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0/"
            "per_instance_stats.json"
        ],
    ),
    (
        helm,
        ["eval_logs/helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2/per_instance_stats.json"],
    ),
    (inspect, ["eval_logs/inspect/data_arc_qwen.json"]),
    (inspect, ["eval_logs/inspect/data_arc_sonnet.json"]),
    (inspect, ["eval_logs/inspect/data_pubmedqa_gpt4o_mini.json"]),
    (inspect, ["eval_logs/inspect/popularity.json"]),
    (inspect, ["eval_logs/inspect/mmlu-no-summary-choices.eval"]),
    (inspect, ["eval_logs/inspect/mmlu-summary-choices.eval"]),
]
"""Files that are read together, and how."""


def audit(llm_select, paths):
    """What the command says."""
    grade = GRADES.get(paths[0].name)
    fields = [f"--set=grader={json.dumps({'regex': grade})}", "--set=duplicates=samples"] if grade else []
    command = [llm_select, "audit", "--json", *fields, *paths]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def check_imports(report, llm_select):
    """All cases; `False` where the files are not there."""
    if not FOLDER.is_dir():
        return False
    for read, names in CASES:
        paths = [FOLDER / name for name in names]
        found = audit(llm_select, paths)
        expected = pandas.concat([read(path) for path in paths])
        where = ", ".join(path.name for path in paths)
        groups = {name: group for name, group in expected.groupby("model", sort=False)}
        report.holds("Models in their order", where, [model["name"] for model in found["models"]] == list(groups))
        # Under `samples`, a query that a model answered n times is n queries.
        repeats = expected.groupby(["query", "model"]).size().groupby("query").max()
        report.close("Queries", where, found["queries"], repeats.sum())
        report.close("Repeated rows", where, found["duplicates"], expected.duplicated(["query", "model"]).sum())
        for model in found["models"]:
            group = groups[model["name"]]
            at = f"{where}, {model['name']}"
            report.close("Rows", at, model["rows"], len(group))
            report.close("Missing cells", at, model["missing"], repeats.sum() - group.score.count())
            for figure in ("score", "cost", "latency_ms"):
                # Costs from tokens are by list prices, which are no part of the files.
                if figure not in group or group[figure].count() == 0:
                    continue
                mean, half = group[figure].mean(), QUANTILE * group[figure].sem()
                report.close(f"Mean {figure}", at, model[f"mean_{figure}"], mean, 1e-9 * max(1, abs(mean)))
                if group[figure].count() > 1:
                    report.close(f"95 % interval of {figure}", at, model[f"ci95_{figure}"], half, 1e-9 * max(1, half))
    return True
