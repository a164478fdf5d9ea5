"""Begin an entry of the diary in both languages, with one item to test.

::

    uv run python -m docs._tools.new_entry "はじめてのループ" "a first loop"

It writes ``docs/{ja,en}/diary/<today>.md``, adds the page to the menu, and an
item to the table, which waits for its evidence.
"""

import argparse
import datetime
import json
import re
import string
from pathlib import Path

from docs._tools import ledger
from docs._tools.lessons import LANGUAGES, ROOT
from docs._tools.markup import TEMPLATES

LAST_ENTRY = re.compile(r"(.*\n( +)- diary/\d{4}-\d{2}-\d{2}\w*\.md\n)", re.S)


def begin(
    titles: dict[str, str], day: datetime.date, root: Path = ROOT
) -> list[Path]:
    """Write an entry; return the files that were written or changed.

    Raises:
        FileExistsError: there is an entry of that day.
    """
    item = f"L{max(int(name[1:]) for name in ledger.load(root)) + 1:03}"
    files = []
    for language in LANGUAGES:
        path = root / "docs" / language / "diary" / f"{day}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = titles[language]
        text = _filled(f"{language}.md", day=day, title=title, item=item)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        files.append(path)
    said = {x: json.dumps(titles[x], ensure_ascii=False) for x in LANGUAGES}
    table, menu = root / ledger.PATH, root / "mkdocs.yml"
    with table.open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n" + _filled("item.toml.j2", item=item, day=day, **said))
    line = rf"\1\2- diary/{day}.md\n"
    text = LAST_ENTRY.sub(line, menu.read_text(encoding="utf-8"))
    menu.write_text(text, encoding="utf-8", newline="\n")
    return [*files, table, menu]


def _filled(name: str, **told: object) -> str:
    template = TEMPLATES / "entry" / name
    return string.Template(template.read_text("utf-8")).substitute(told)


def main() -> None:
    """Begin the entry that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("title_ja", help="its title in Japanese")
    parser.add_argument("title_en", help="its title in English")
    args = parser.parse_args()
    titles = {"ja": args.title_ja, "en": args.title_en}
    try:
        files = begin(titles, datetime.date.today())
    except FileExistsError as error:
        raise SystemExit(f"{error.filename} exists: write on in it") from None
    print(*files, sep="\n")


if __name__ == "__main__":
    main()
