"""Which neighbouring tasks to merge so that a DAG comes to its linearity, and what the merged task would look like.

Neighbours are tasks with an edge between them, and tasks that share a direct upstream or downstream task. A set can be
merged where its members are connected as neighbours, are of one nature, run under the same choices of branches, and
no path leaves the set and comes back. The longest path must not grow: a DAG that is only made to wait more would be
more linear too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from windtunnel import graphs
from windtunnel.facts import DagFacts, TaskFacts

SECONDS_A_TASK = 0.8
"""What Airflow adds to each task, to schedule, queue and start it. Measured on 3.3 with LocalExecutor and PostgreSQL:
three tasks in a chain take 1.3 to 4 s where their work takes 0.2 s, that is 0.4 to 1.3 s a task."""

_MOST_TASKS = 200  # beyond, one merge would help nobody
_EFFORT = 8_000  # sets looked at in each of two ways: a second for the largest DAGs


@dataclass(frozen=True, slots=True)
class Figures:
    """What a DAG is measured by; `longest` counts the tasks on the longest path."""

    tasks: int
    longest: int
    width: int
    peak: int

    @property
    def linearity(self) -> float:
        """Longest path / number of tasks."""
        return self.longest / self.tasks


@dataclass(frozen=True, slots=True)
class Merge:
    """The advice: `tasks` become one, in an order in which they can run, and `before` becomes `after`.

    `reaches` where that is enough; else it is the most that one merge can do. `smallest` where no smaller set would do
    as well: in large DAGs not all sets are looked at. `waits` counts the pairs of tasks that come to run one after
    the other and need not today.
    """

    tasks: tuple[str, ...]
    before: Figures
    after: Figures
    reaches: bool
    smallest: bool
    waits: int

    @property
    def seconds(self) -> float:
        """Scheduling delay saved in each run, over all tasks."""
        return SECONDS_A_TASK * (self.before.tasks - self.after.tasks)

    @property
    def seconds_on_path(self) -> float:
        """Scheduling delay saved on the longest path: by so much a run ends earlier."""
        return SECONDS_A_TASK * (self.before.longest - self.after.longest)


def merge_towards(dag: DagFacts, linearity: float) -> Merge | None:
    """The smallest merge that brings the DAG to `linearity`; where none does, the best; None where none helps.

    Of several sets of one size, the one that makes the fewest tasks wait for more than before, and of these the one
    with the highest linearity.
    """
    if not 2 < len(dag.tasks) <= _MOST_TASKS:
        return None
    search = _Search(dag, linearity)
    best = search.best()
    if best is None:
        return None
    trial, reaches, smallest = best
    together = search.named(trial)
    return Merge(together, _figures(dag, ()), _figures(dag, together), reaches, smallest, trial.waits)


def _figures(dag: DagFacts, together: tuple[str, ...]) -> Figures:
    graph = graphs.graph_of((task.task_id for task in dag.tasks), dag.edges)
    if together:
        graph = graphs.merged(graph, together, together[0])
    instances = {task.task_id: task.instances for task in dag.tasks}
    width = len(graphs.largest_antichain(graph))
    return Figures(len(graph), len(graphs.longest_path(graph)), width, graphs.peak(graph, instances))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A set that can be merged, as bits, and what that would come to."""

    members: int
    size: int
    linearity: float
    waits: int

    def rank(self) -> tuple[int, int, float, int]:
        return (self.size, self.waits, -self.linearity, self.members)


class _Search:
    """The search for a set, on bits: bit n stands for the n-th task in an order in which the DAG can run."""

    def __init__(self, dag: DagFacts, linearity: float) -> None:
        import networkx as nx

        graph = graphs.graph_of((task.task_id for task in dag.tasks), dag.edges)
        self._names: list[str] = list(nx.lexicographical_topological_sort(graph))
        self._goal = linearity - 1e-9
        number = {name: place for place, name in enumerate(self._names)}
        size = len(self._names)
        self._all = (1 << size) - 1
        self._up = [_bits(number[name] for name in graph.pred[of]) for of in self._names]
        self._down = [_bits(number[name] for name in graph.succ[of]) for of in self._names]
        self._above, self._depth = _reach(range(size), self._up)
        self._below, self._height = _reach(range(size - 1, -1, -1), self._down)
        self._longest = max(self._depth)
        self._is_python = _bits(number[task.task_id] for task in dag.tasks if task.operator != "EmptyOperator")
        self._classes = self._alike(dag, number)
        self._near = [self._neighbours(place) for place in range(size)]
        self._effort = _EFFORT

    def best(self) -> tuple[_Trial, bool, bool] | None:
        """The best set, whether it reaches the goal, and whether it is known to be the smallest."""
        grown = [trial for alike in self._classes for trial in self._grown(alike)]
        enough = [trial for trial in grown if trial.linearity >= self._goal]
        fewest = max(2, -int(-(len(self._names) + 1 - self._longest / max(self._goal, 1e-9)) // 1))
        limit = min((trial.size for trial in enough), default=len(self._names))
        self._effort = _EFFORT
        counted = [trial for alike in self._classes for trial in self._every(alike, fewest, limit)]
        is_complete = self._effort > 0
        enough += [trial for trial in counted if trial.linearity >= self._goal]
        if enough:
            chosen = min(enough, key=_Trial.rank)
            return chosen, True, is_complete or chosen.size <= fewest
        now = self._longest / len(self._names)
        better = [trial for trial in (*grown, *counted) if trial.linearity > now + 1e-9]
        if not better:
            return None
        chosen = min(better, key=lambda trial: (-trial.linearity, trial.rank()))
        return chosen, False, False

    def named(self, trial: _Trial) -> tuple[str, ...]:
        """The task ids of a set."""
        return tuple(self._names[place] for place in _places(trial.members))

    def _alike(self, dag: DagFacts, number: dict[str, int]) -> list[int]:
        """The tasks that could be one, as sets: of the same nature, and behind the same choices."""
        skipping = [number[task.task_id] for task in dag.tasks if task.may_skip]

        def key(task: TaskFacts) -> tuple[str, tuple[int, ...]]:
            at = number[task.task_id]
            upwards = self._above[at] | 1 << at
            return task.nature, tuple(self._down[branch] & upwards for branch in skipping)

        natural = sorted((task for task in dag.tasks if task.nature), key=key)
        sets = [_bits(number[task.task_id] for task in alike) for _, alike in groupby(natural, key)]
        return [found for found in sets if (found & self._is_python).bit_count() > 1]

    def _neighbours(self, place: int) -> int:
        around = self._up[place] | self._down[place]
        for parent in _places(self._up[place]):
            around |= self._down[parent]
        for child in _places(self._down[place]):
            around |= self._up[child]
        return around & ~(1 << place)

    def _grown(self, alike: int) -> Iterator[_Trial]:
        """Sets that grow from each task by the neighbour that helps most, until they are enough."""
        for start in _places(alike):
            members = 1 << start
            while self._effort > 0:
                steps = (self._closed(members | 1 << near) for near in _places(self._around(members) & alike))
                trials = [self._tried(step) for step in steps if not step & ~alike]
                helpful = [trial for trial in trials if trial is not None]
                if not helpful:
                    break
                chosen = min(helpful, key=lambda trial: (-trial.linearity, trial.rank()))
                yield chosen
                if chosen.linearity >= self._goal:
                    break
                members = chosen.members

    def _every(self, alike: int, fewest: int, most: int) -> Iterator[_Trial]:
        """Every connected set of `fewest` to `most` tasks, as long as the effort lasts; each is met once (ESU)."""
        for start in _places(alike):
            after = alike & ~((2 << start) - 1)
            waiting = [(1 << start, self._near[start] & after, self._near[start] | 1 << start)]
            while waiting and self._effort > 0:
                members, extension, seen = waiting.pop()
                self._effort -= 1
                size = members.bit_count()
                if size >= fewest and (trial := self._tried(members)) is not None:
                    yield trial
                if size >= most:
                    continue
                for near in _places(extension):
                    extension &= ~(1 << near)
                    new = self._near[near] & after & ~seen
                    waiting.append((members | 1 << near, extension | new, seen | self._near[near]))

    def _around(self, members: int) -> int:
        around = 0
        for place in _places(members):
            around |= self._near[place]
        return around & ~members

    def _closed(self, members: int) -> int:
        """The set with all that lies on a path between its members."""
        above, below = self._beyond(members)
        return members | above & below

    def _beyond(self, members: int) -> tuple[int, int]:
        above = below = 0
        for place in _places(members):
            above |= self._above[place]
            below |= self._below[place]
        return above, below

    def _tried(self, members: int) -> _Trial | None:
        """What the set comes to; None where it cannot be merged, or not without a longer way through the DAG."""
        self._effort -= 1
        above, below = self._beyond(members)
        size = members.bit_count()
        if size < 2 or above & below & ~members or (members & self._is_python).bit_count() < 2:
            return None
        longest = self._longest_with(members)
        if longest > self._longest:
            return None
        linearity = longest / (len(self._names) + 1 - size)
        return _Trial(members, size, linearity, self._new_waits(members, above, below))

    def _longest_with(self, members: int) -> int:
        """Tasks on the longest path once the set is one task: it leads past that task, or through it."""
        past: list[int] = []
        before = after = 0
        for place, up in enumerate(self._up):
            if members >> place & 1:
                past.append(0)
                before = max([before, *(self._depth[near] for near in _places(up & ~members))])
                after = max([after, *(self._height[near] for near in _places(self._down[place] & ~members))])
            else:
                past.append(1 + max((past[near] for near in _places(up)), default=0))
        return max(before + 1 + after, *past)

    def _new_waits(self, members: int, above: int, below: int) -> int:
        """How many pairs of tasks would have to run one after the other that need not today."""
        outside = above & ~members
        inner = sum((outside & ~self._above[place]).bit_count() for place in _places(members))
        behind = sum(((above | members) & ~self._above[place]).bit_count() for place in _places(below & ~members))
        return inner + behind


def _bits(places: Iterator[int]) -> int:
    found = 0
    for place in places:
        found |= 1 << place
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _reach(order: range, towards: list[int]) -> tuple[list[int], list[int]]:
    """All that is reached from each task in one direction, and the tasks on the longest way there, itself counted."""
    reached, far = [0] * len(order), [1] * len(order)
    for place in order:
        for near in _places(towards[place]):
            reached[place] |= reached[near] | 1 << near
            far[place] = max(far[place], far[near] + 1)
    return reached, far
