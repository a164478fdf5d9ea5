"""Every lesson has a record that fits its script, its settings, its files."""

from pathlib import Path

import pytest

from docs._tools.lessons import ROOT, RecordError, lessons
from tests.recorder.record import record_faults
from tests.recorder.settings import load_settings


@pytest.mark.parametrize("lesson", lessons())
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
    recorded = {
        path.parent.relative_to(ROOT / "snippets").as_posix()
        for path in (ROOT / "snippets").rglob("record.json")
    }
    files = {
        path.parent.relative_to(ROOT / "snippets").as_posix()
        for path in (ROOT / "snippets").rglob("*")
        if path.is_file()
    }
    assert recorded | files == set(lessons())


def test_settings_have_a_script_and_are_read_whole() -> None:
    """A settings file belongs to a lesson; an unknown key is an error."""
    found = (ROOT / "examples").rglob("*.toml")
    named = {
        path.relative_to(ROOT / "examples").with_suffix("").as_posix()
        for path in found
    }
    assert named <= set(lessons())
    for lesson in named:
        load_settings(lesson)


def test_unknown_setting_is_refused(tmp_path: Path) -> None:
    """A mistyped key would otherwise be passed over in silence."""
    folder = tmp_path / "examples/basics"
    folder.mkdir(parents=True)
    (folder / "tiny.toml").write_text("[claim]\n")
    with pytest.raises(ValueError, match=r"tiny.toml: unknown \['claim'\]"):
        load_settings("basics/tiny", tmp_path)
