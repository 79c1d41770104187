"""Compares the engine with an independent re-derivation of its algorithms, and the import of published files with another
reading of them; run by `cargo xtask test --reference`."""

import os

# The arrays are small: threads inside numpy would only be in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from pathlib import Path

from comparison import check_comparisons, check_vertices
from imports import FOLDER, check_imports
from report import Report
from traces import check_traces


def main():
    """Exit status 0 where everything agrees, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trace", type=Path, required=True, help="the program built from trace.rs")
    parser.add_argument("--llm-select", type=Path, required=True, help="the command line")
    parser.add_argument("--folder", type=Path, required=True, help="where to write experiments and files")
    arguments = parser.parse_args()

    imports, traces, comparisons = Report(), Report(), Report()
    print("Published result files: what the audit says, and what pandas does")
    if not check_imports(imports, arguments.llm_select):
        print(f"  nothing at {FOLDER}: LLM_SELECTION_SHARED_DATA says where the files are")
    imports.print()
    print("\nScripted runs, round by round: numbers compared, and how far apart the worst were")
    check_traces(traces, arguments.trace, arguments.llm_select, arguments.folder)
    traces.print()
    print("\nMeans over replicates ± one standard error, and how many combined standard errors apart")
    check_comparisons(comparisons, arguments.llm_select)
    check_vertices(comparisons)
    comparisons.print()
    wrong = sum(len(report.wrong) for report in (imports, traces, comparisons))
    print(f"\n{f'{wrong} disagreements' if wrong else 'The engine and the reference agree.'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
