"""What can go wrong has words of its own."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from retention_ui.keeping import model, problems
from retention_ui.texts import catalogue, fields

ERRORS = [
    each
    for module in (model, problems)
    for each in vars(module).values()
    if isinstance(each, type) and "code" in vars(each) and "template" in vars(each)
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.code)
def test_every_error_has_words_from_its_own_fields(error):
    for part in ("title", "advice"):
        words = catalogue("en")[f"errors.{error.code}.{part}"]
        assert fields(words) <= fields(error.template)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, problems.DiskFullError),
        (errno.EDQUOT, problems.DiskFullError),
        (errno.EROFS, problems.ShutError),
        (errno.EIO, model.NotSavedError),
    ],
)
def test_an_error_of_the_disk_says_that_nothing_was_saved(number, kind):
    with pytest.raises(model.NotSavedError) as caught, problems.told():
        raise OSError(number, "of the system")
    assert type(caught.value) is kind
    assert "What was saved before is unchanged" in str(caught.value)


def test_a_mistake_of_ours_stays_loud():
    with pytest.raises(sqlite3.OperationalError), problems.told():
        sqlite3.connect(":memory:").execute("SELECT nothing")
    with pytest.raises(model.ConflictError), problems.told():
        raise model.ConflictError(by="Cy", number=2)
