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
from collections.abc import Sequence
from pathlib import Path

from docs._tools import ledger
from docs._tools.lessons import LANGUAGES, ROOT

PAGES = {
    "ja": """---
description: この日に試したこと、わかったこと、わからなかったこと。
---

# {day}：{title} {{#{day}}}

何をした日ですか。1文で書きます。

## 試したこと {{#tried}}

何を動かし、何が起こりましたか。

```verdicts
{item}
```

## わからなかったこと {{#open}}

明日の自分への問いを書きます。
""",
    "en": """---
description: What was tried on this day, what was seen, what stayed open.
---

# {day}: {title} {{#{day}}}

What kind of day was it? One sentence.

## What was tried {{#tried}}

What did you run, and what happened?

```verdicts
{item}
```

## What stayed open {{#open}}

Questions for tomorrow.
""",
}
ITEM = """
[{item}]
date = {day}
kind = "claim"
quote = {{ ja = {ja}, en = {en} }}
claim = {{ ja = {ja}, en = {en} }}
verdict = "untested"
today = {{ ja = "まだ試していません。", en = "Not tried yet." }}
lesson = "workflow/nine_steps"
"""
LAST_ENTRY = re.compile(r"^( +)- diary/\d{4}-\d{2}-\d{2}\w*\.md\n", re.M)


def begin(
    titles: dict[str, str], day: datetime.date, root: Path = ROOT
) -> list[Path]:
    """Write an entry; return the files that were written or changed.

    Raises:
        FileExistsError: there is an entry of that day.
    """
    numbers = [int(name[1:]) for name in ledger.load(root)]
    item = f"L{max(numbers, default=0) + 1:03}"
    files = []
    for language in LANGUAGES:
        path = root / "docs" / language / "diary" / f"{day}.md"
        text = PAGES[language]
        text = text.format(day=day, title=titles[language], item=item)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        files.append(path)
    said = {x: json.dumps(titles[x], ensure_ascii=False) for x in LANGUAGES}
    table, menu = root / ledger.PATH, root / "mkdocs.yml"
    with table.open("a", encoding="utf-8", newline="\n") as file:
        file.write(ITEM.format(item=item, day=day, **said))
    text = menu.read_text(encoding="utf-8")
    if entries := [*LAST_ENTRY.finditer(text)]:
        last = entries[-1]
        line = f"{last[1]}- diary/{day}.md\n"
        text = text[: last.end()] + line + text[last.end() :]
        menu.write_text(text, encoding="utf-8", newline="\n")
    return [*files, table, menu]


def main(argv: Sequence[str] | None = None) -> None:
    """Begin the entry that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("title_ja", help="its title in Japanese")
    parser.add_argument("title_en", help="its title in English")
    parser.add_argument(
        "--date", type=datetime.date.fromisoformat, help="YYYY-MM-DD"
    )
    args = parser.parse_args(argv)
    today = datetime.datetime.now().astimezone().date()
    titles = {"ja": args.title_ja, "en": args.title_en}
    try:
        files = begin(titles, args.date or today)
    except FileExistsError as error:
        raise SystemExit(f"{error.filename} exists: write on in it") from None
    print(*files, sep="\n")


if __name__ == "__main__":
    main()
