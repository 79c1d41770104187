"""Jobs for `cargo xtask bench --peers`: a request, one line of JSON, in; seconds and what came out, one line, back.

The clock runs around the work alone, after a first small run of each job that loads and compiles what it needs.
"""

import importlib.metadata
import json
import platform
import sys
import time

import numpy as np


def unit(key, index):
    """The engine's counter-based hash of (key, index) as a number in [0,1), vectorised."""
    x = np.uint64(key) + (index + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(float) / 2.0**53


def linear_programs(request):
    """Solves random linear programs, each with its own key and budget; the objectives."""
    from c2mab_v_numpy import linprog

    index = np.arange(request["arms"], dtype=np.uint64) * np.uint64(2)
    problems = []
    for key, budget in zip(request["keys"], request["budgets"]):
        w = 0.5 + 0.5 * unit(key, index)
        c = 0.03 + 0.57 * w * unit(key, index + np.uint64(1))
        problems.append((w, c, budget))
    start = time.perf_counter()
    solutions = [linprog(w, c, request["n"], budget, request["method"]) for w, c, budget in problems]
    seconds = time.perf_counter() - start
    objectives = [float(w @ z) for (w, _, _), z in zip(problems, solutions)]
    return {"seconds": seconds, "objectives": objectives}


def play(function, request, *arguments):
    """A game: seconds, mean reward, mean cost."""
    function({**request, "rounds": 50, "replicates": 1}, *arguments)
    start = time.perf_counter()
    reward, cost = function(request, *arguments)
    return {"seconds": time.perf_counter() - start, "reward": float(reward), "cost": float(cost)}


def versions(request):
    """Versions of Python and of the packages named."""
    found = {name: importlib.metadata.version(name) for name in request["packages"]}
    return {"Python": platform.python_version(), **found}


def answer(request):
    """Does what the request asks for."""
    job = request["job"]
    if job == "versions":
        return versions(request)
    if job == "linear-programs":
        return linear_programs(request)
    if job in ("numpy", "linprog"):
        import c2mab_v_numpy

        solver = c2mab_v_numpy.closed_form if job == "numpy" else c2mab_v_numpy.linprog
        return play(c2mab_v_numpy.play, request, solver)
    if job == "numba":
        import c2mab_v_numba

        return play(c2mab_v_numba.play, request)
    if job in ("mabwiser", "smpybandits"):
        import ucb

        return play(getattr(ucb, f"play_{job}"), request)
    if job == "query-aware":
        import query_aware

        return query_aware.train_and_predict(request)
    raise ValueError(f"no such job: {job}")


def main():
    # What libraries print must not mix with the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
