"""What was compared, how far it was off, and what disagrees."""

import numpy as np

SHOWN = 20


class Report:
    """Collects comparisons by name; a disagreement keeps the place where it was met."""

    def __init__(self):
        self.counts = {}
        self.worst = {}
        self.wrong = []

    def close(self, name, where, found, expected, tolerance=1e-9):
        """The numbers must agree to the tolerance; they may be arrays of the same shape."""
        found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
        if found.shape != expected.shape:
            self.holds(name, where, False, f"shapes {found.shape} and {expected.shape}")
            return
        away = np.abs(found - expected)
        self.counts[name] = self.counts.get(name, 0) + found.size
        self.worst[name] = max(self.worst.get(name, 0.0), float(away.max(initial=0.0)))
        if not (away <= tolerance).all():
            place = np.unravel_index(np.argmax(~(away <= tolerance)), away.shape)
            at = f" at {tuple(map(int, place))}" if place else ""
            self.wrong.append(f"{name}, {where}{at}: engine {float(found[place])}, reference {float(expected[place])}")

    def holds(self, name, where, condition, detail=""):
        """The condition must hold."""
        self.counts[name] = self.counts.get(name, 0) + 1
        if not condition:
            self.wrong.append(f"{name}, {where}: {detail or 'does not hold'}")

    def print(self):
        """The table of comparisons, then what disagrees."""
        for name, count in self.counts.items():
            worst = f"within {self.worst[name]:.1e}" if name in self.worst else ""
            print(f"  {name:<52} {count:>7}  {worst}")
        for line in self.wrong[:SHOWN]:
            print(f"  WRONG: {line}")
        if len(self.wrong) > SHOWN:
            print(f"  ... and {len(self.wrong) - SHOWN} more")
