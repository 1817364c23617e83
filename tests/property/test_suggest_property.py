"""What every suggestion must obey."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from trefpunt.suggest import choosing, covering
from trefpunt.suggest.choosing import Problem, choose

SIZES = st.tuples(st.integers(3, 9), st.integers(1, 8))
LEVELS = st.sampled_from([0.0, 0.0, 0.125, 0.25, 0.5, 0.75, 1.0])
PARTS = st.sampled_from([0.0, 1.0, 2.0, 5.0])


@st.composite
def problems(draw):
    """Few candidates and postcodes, with many equal values: ties are where searches go wrong."""
    rows, columns = draw(SIZES)
    gain = draw(arrays.arrays(float, (rows, columns), elements=LEVELS))
    low, high = (draw(arrays.arrays(float, columns, elements=PARTS)) for _ in range(2))
    low[0], high[-1] = 1.0, 1.0  # both groups live somewhere
    return Problem(sparse.csr_array(gain), low / low.sum(), high / high.sum(), draw(st.integers(2, 3)))


def best_of_all(problem):
    return max(problem.value(list(rows)) for rows in itertools.combinations(range(problem.gain.shape[0]), problem.k))


@given(problems())
@settings(max_examples=60)
def test_small_problems_are_solved_to_the_end(problem):
    found = choose(problem)
    best = best_of_all(problem)
    assert found.value == pytest.approx(best, rel=1e-6, abs=1e-12)
    assert found.bound >= best * (1 - 1e-9) and found.gap <= 1e-5
    assert len(set(found.rows)) == problem.k and found.value == problem.value(list(found.rows))


@given(problems())
@settings(max_examples=60)
def test_the_bound_is_one_whatever_is_known(problem):
    """From the poorest set on: no set has more than the bound, or than what is known."""
    rows = min(
        itertools.combinations(range(problem.gain.shape[0]), problem.k), key=lambda rows: problem.value(list(rows))
    )
    known = list(rows)
    dual = choosing.lower_the_bound(problem, known)
    assert max(dual.bound, problem.value(known)) >= best_of_all(problem) * (1 - 1e-9)


@given(problems())
@settings(max_examples=40)
def test_highs_agrees_with_exhaustive_search(problem):
    rows, bound = choosing.solve(problem)
    best = best_of_all(problem)
    assert problem.value(rows) == pytest.approx(best, rel=1e-5, abs=1e-9)
    assert bound == pytest.approx(best, rel=1e-5, abs=1e-9)


@given(problems(), st.data())
def test_more_places_never_add_less(problem, data):
    rows = data.draw(st.lists(st.integers(0, problem.gain.shape[0] - 1), min_size=1, max_size=4))
    assert problem.value(rows) >= problem.value(rows[:-1]) - 1e-15
    low, high = problem.with_each(rows[:-1])
    assert min(low[rows[-1]], high[rows[-1]]) == pytest.approx(problem.value(rows), abs=1e-12)


@given(st.data())
@settings(max_examples=60)
def test_cover_by_exhaustive_search(data):
    rows, columns = data.draw(SIZES)
    covers = data.draw(arrays.arrays(bool, (rows, columns)))
    already = data.draw(arrays.arrays(bool, columns))
    residents = data.draw(arrays.arrays(float, columns, elements=st.sampled_from([0.0, 5.0, 10.0, 400.0])))
    cover = covering.Cover(covers & (residents > 0), already & (residents > 0), residents)
    prefer = np.arange(rows)[::-1].astype(float)
    k = data.draw(st.integers(1, 3))
    found = covering.most(cover, k, prefer)
    best = max(
        cover.worth[cover.covers[list(chosen)].any(axis=0)].sum() for chosen in itertools.combinations(range(rows), k)
    )
    assert found.value == pytest.approx(best, abs=1e-9) and found.gap <= 2e-6 and len(set(found.rows)) == k
    least, count = covering.fewest(cover)
    sizes = [
        size
        for size in range(rows + 1)
        if any(
            cover.covers[list(chosen)][:, cover.possible].any(axis=0).all()
            for chosen in itertools.combinations(range(rows), size)
        )
    ]
    assert least == count == min(sizes)
