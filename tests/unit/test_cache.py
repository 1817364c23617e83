"""The disk cache is an optimisation: whatever is wrong with it, the answer stays right."""

import numpy as np
import pytest

from trefpunt.cache import cached


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TREFPUNT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Counted:
    def __init__(self, value):
        self.value, self.calls = value, 0

    def __call__(self):
        self.calls += 1
        return np.full((2, 3), self.value)


def test_computed_once_for_the_same_inputs():
    one = Counted(1.0)
    for _ in range(2):
        assert (cached("d", ["a", "b"], (2, 3), one) == 1).all()
    assert one.calls == 1


def test_other_inputs_other_array():
    cached("d", ["a"], (2, 3), Counted(1.0))
    assert (cached("d", ["b"], (2, 3), Counted(2.0)) == 2).all()


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x93NUMPY\x01\x00"])
def test_a_broken_file_is_computed_anew(folder, content):
    cached("d", ["a"], (2, 3), Counted(1.0))
    (file,) = folder.iterdir()
    file.write_bytes(content)
    assert (cached("d", ["a"], (2, 3), Counted(5.0)) == 5).all()
    assert (cached("d", ["a"], (2, 3), Counted(9.0)) == 5).all()


def test_a_truncated_file_is_computed_anew(folder):
    cached("d", ["a"], (2, 3), Counted(1.0))
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    assert (cached("d", ["a"], (2, 3), Counted(5.0)) == 5).all()


def test_a_folder_that_cannot_be_written_costs_only_time(folder):
    folder.write_text("a file where the folder should be")
    assert (cached("d", ["a"], (2, 3), Counted(1.0)) == 1).all()
