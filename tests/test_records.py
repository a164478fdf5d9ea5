"""Every lesson has a record that fits its script, its settings, its files."""

import pytest

from docs._tools.lessons import ROOT, scripts
from docs._tools.records import RecordError
from tests.recorder.record import record_faults
from tests.recorder.settings import load_settings
from tests.shared import RECORDS


@pytest.mark.parametrize("lesson", scripts())
def test_record_fits_its_lesson(lesson: str) -> None:
    """Nothing is missing, stale or edited, and every claim holds."""
    try:
        faults = list(record_faults(lesson))
    except RecordError as error:
        faults = [str(error)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_no_record_without_a_lesson() -> None:
    """A lesson that was renamed leaves nothing behind."""
    folders = {
        path.parent.relative_to(ROOT / "snippets").as_posix()
        for path in (ROOT / "snippets").rglob("*")
        if path.is_file()
    }
    left_over = sorted(folders - set(scripts()))
    if left_over:
        pytest.fail(
            f"no script for snippets/{', snippets/'.join(left_over)}: remove "
            "the folder (`git rm -r`), or move it to the lesson's new name",
            pytrace=False,
        )


def test_settings_have_a_script_and_are_read_whole() -> None:
    """A settings file belongs to a lesson; an unknown key is an error."""
    found = (ROOT / "examples").rglob("*.toml")
    named = {
        path.relative_to(ROOT / "examples").with_suffix("").as_posix()
        for path in found
    }
    if odd := sorted(named - set(scripts())):
        pytest.fail(
            f"no script for examples/{'.toml, examples/'.join(odd)}.toml: "
            "rename the file as its script, or remove it",
            pytrace=False,
        )
    for lesson in named:
        load_settings(lesson)


def test_all_records_are_of_the_pinned_versions() -> None:
    """Else one page shows another torch's messages than the next."""
    versions: dict[tuple[str, str], list[str]] = {}
    for lesson in scripts():
        made_with = RECORDS.record(lesson).data["environment"]
        key = made_with["torch"], made_with["torchvision"]
        versions.setdefault(key, []).append(lesson)
    if len(versions) > 1:
        pytest.fail(
            f"records of several versions (torch, torchvision): {versions}: "
            "run `uv run pytest --record` with the pinned ones",
            pytrace=False,
        )
