"""`foi_nlp patterns`: the workbench for those who write rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from foi_nlp.letters import Letter
    from foi_nlp.patterns import RuleBook

app = typer.Typer(no_args_is_help=True, help="Check, try, explain, compare and write rules.")

Patterns = Annotated[
    list[Path] | None,
    typer.Option("--patterns", help="A folder of rules of your own; may be given several times.", metavar="DIR"),
]
Label = Annotated[str | None, typer.Option("--label", help="Only the rules with this label.")]


@app.command("list")
def list_rules(patterns: Patterns = None, label: Label = None) -> None:
    """List the rules in force: id, label, value and where each is written.

    Into a file or another command they are written whole, parted by tabs.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from foi_nlp.display import tab_separated
    from foi_nlp.patterns import load_rules

    book = load_rules(tuple(patterns or ()))
    wanted = None if label is None else _known_label(book, label)
    headings = ("rule", "label", "value", "written in")
    rows = [
        (rule.id, rule.label, rule.value or "", f"{Path(rule.file).name}:{rule.line}")
        for rule in book
        if wanted is None or rule.label == wanted
    ]
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            typer.echo(tab_separated(row))
        return
    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _known_label(book: RuleBook, label: str) -> str:
    """Give the label in capitals; wrong usage where no rule has it."""
    if label.upper() not in book.labels:
        typer.echo(f"foi_nlp: {label}: no such label; there are: {', '.join(book.labels)}", err=True)
        raise typer.Exit(2)
    return label.upper()


@app.command()
def check(patterns: Patterns = None, label: Label = None) -> None:
    """Check every rule: its form, its examples through the full pipeline, and its time on hostile text.

    Exit code 1 when a rule is dead, too wide, matches everything or is slow.
    """
    from rich.console import Console
    from rich.progress import Progress

    import foi_nlp
    from foi_nlp import workbench
    from foi_nlp.patterns import load_rules

    folders = tuple(patterns or ())
    book = load_rules(folders)
    book.check()
    wanted = None if label is None else _known_label(book, label)
    rules = [rule for rule in book if wanted is None or rule.label == wanted]
    nlp = foi_nlp.load(patterns=folders)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Checking", total=len(rules))
        findings = workbench.check(nlp, book, rules=rules, progress=lambda done, _: bar.update(task, completed=done))
    for finding in findings:
        typer.echo(f"{finding.where}: {finding.kind}: {finding.message}")
    typer.echo(f"{len(rules)} rules checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)


@app.command("try")
def try_pattern(
    label: Annotated[str, typer.Argument(help="The label the rule would give.", metavar="LABEL")],
    pattern: Annotated[str, typer.Argument(help="A regex; spaCy token patterns as JSON; or, with --phrase, a phrase.")],
    corpus: Annotated[Path, typer.Argument(help="Letters to try it on.", metavar="CORPUS")],
    phrase: Annotated[bool, typer.Option("--phrase", help="Take the pattern as a phrase.")] = False,
    case: Annotated[bool, typer.Option("--case", help="Match upper and lower case exactly.")] = False,
    patterns: Patterns = None,
) -> None:
    """Show every hit of a pattern in context, before the rule is kept."""
    import foi_nlp
    from foi_nlp import workbench
    from foi_nlp.display import one_line
    from foi_nlp.patterns import load_rules

    folders = tuple(patterns or ())
    book = load_rules(folders)
    rule = workbench.trial_rule(book, label=_known_label(book, label), pattern=pattern, phrase=phrase, case=case)
    nlp = foi_nlp.load(patterns=folders)
    count, letters = 0, set[str]()
    for hit in workbench.occurrences(nlp, book, rule, _letters(corpus)):
        count += 1
        letters.add(hit.source)
        before, after = one_line(hit.before), one_line(hit.after)
        typer.echo(
            f"{hit.source}:{hit.start} [{hit.section}] …{before} "
            + typer.style(one_line(hit.text), bold=True)
            + f" {after}…"
        )
    typer.echo(f"{count} hits in {len(letters)} letters")


@app.command()
def explain(
    place: Annotated[str, typer.Argument(help="A letter and a character offset in its text.", metavar="FILE:OFFSET")],
    patterns: Patterns = None,
) -> None:
    """Say which rules fired at a place, which nearly did, and why the winner won."""
    import foi_nlp
    from foi_nlp import workbench
    from foi_nlp.display import one_line
    from foi_nlp.patterns import load_rules

    name, _, number = place.rpartition(":")
    if not name or not number.isdigit():
        typer.echo(f"foi_nlp: {place}: give a file and an offset, for instance letter.txt:1204", err=True)
        raise typer.Exit(2)
    folders = tuple(patterns or ())
    nlp, book = foi_nlp.load(patterns=folders), load_rules(folders)
    for letter in _letters(Path(name)):
        if int(number) >= len(letter.text):
            typer.echo(f"foi_nlp: {place}: the letter has only {len(letter.text)} characters", err=True)
            raise typer.Exit(2)
        section, fired = workbench.explain(nlp, book, letter.text, int(number))
        typer.echo(f"{letter.source}:{number}: section {section}")
        if not fired:
            typer.echo("  no rule fired or nearly fired here")
        for item in fired:
            text = one_line(letter.text[item.start : item.end], limit=80)
            typer.echo(f"  {item.rule.label} {item.rule.id} at {item.start}-{item.end} «{text}»: {item.verdict}")
            typer.echo(f"    {item.rule.file}:{item.rule.line}: {item.rule.source}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier run.", metavar="OLD_RUN")],
    new: Annotated[Path, typer.Argument(help="The later run over the same letters.", metavar="NEW_RUN")],
    label: Label = None,
) -> None:
    """Show what was gained and lost between two runs, for each label, with the text."""
    from foi_nlp import workbench
    from foi_nlp.display import one_line
    from foi_nlp.store import read_records

    found = [
        c for c in workbench.diff(read_records(old), read_records(new)) if label is None or c.label == label.upper()
    ]
    for name in dict.fromkeys(change.label for change in found):
        gained = sum(change.gained for change in found if change.label == name)
        lost = sum(not change.gained for change in found if change.label == name)
        typer.echo(f"{name}: {gained} gained, {lost} lost")
    for change in found:
        sign = "+" if change.gained else "-"
        typer.echo(
            f"{sign} {change.label} {one_line(change.value)} «{one_line(change.text, limit=80)}» {change.source}"
        )
    if not found:
        typer.echo("nothing gained, nothing lost")


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The rule file to add to, in your own folder of rules.", metavar="FILE")],
    rule_id: Annotated[str, typer.Option("--id", prompt="Id of the rule (no other rule has it)")],
    label: Annotated[str, typer.Option(prompt="Label, for instance CAVEAT")],
    pattern: Annotated[str, typer.Option(prompt="What it looks for (a regex; a phrase with --phrase)")],
    match: Annotated[str, typer.Option(prompt="A sentence that it must find")],
    no_match: Annotated[str, typer.Option(prompt="A sentence that it must not find")],
    source: Annotated[str, typer.Option(prompt="Why the rule exists")],
    value: Annotated[str, typer.Option(prompt="Canonical value, if any", prompt_required=True)] = "",
    phrase: Annotated[bool, typer.Option("--phrase", help="The pattern is a phrase.")] = False,
) -> None:
    """Ask for a rule, check it with its examples, and write it."""
    import foi_nlp
    from foi_nlp import workbench
    from foi_nlp.patterns import REGEX_FOLDER, PatternError, load_rules, parse_rule

    data: dict[str, object] = {"id": rule_id, "label": label.upper(), "pattern" if phrase else "regex": pattern}
    if value:
        data["value"] = value
    data |= {"match": [match], "no_match": [no_match], "source": source}
    folder = file.parent.parent if file.parent.name == REGEX_FOLDER else file.parent
    if (file.parent.name == REGEX_FOLDER) == phrase:
        wanted = folder / file.name if phrase else folder / REGEX_FOLDER / file.name
        raise PatternError(
            f"{file}: phrases stand in the folder of rules, regexes in its folder {REGEX_FOLDER}; name {wanted}"
        )
    if rule_id in load_rules((folder,) if folder.is_dir() else ()):
        raise PatternError(f"{file}: the id {rule_id!r} is taken; choose another, or edit that rule")
    parse_rule(data, where=str(file), file=str(file))
    before = file.read_bytes() if file.exists() else None
    workbench.write_rule(file, data)
    try:
        book = load_rules((folder,))
        findings = workbench.check(foi_nlp.load(patterns=(folder,)), book, rules=[book[rule_id]])
    except PatternError:
        _restore(file, before)
        raise
    if findings:
        _restore(file, before)
        for finding in findings:
            typer.echo(f"{finding.kind}: {finding.message}", err=True)
        typer.echo(f"foi_nlp: {file}: the rule was not written; change it so that its examples hold", err=True)
        raise typer.Exit(1)
    typer.echo(f"written to {file}: {json.dumps(data, ensure_ascii=False)}")


def _restore(file: Path, before: bytes | None) -> None:
    if before is None:
        file.unlink()
    else:
        file.write_bytes(before)


@app.command()
def docs(
    folder: Annotated[Path, typer.Argument(help="Where to write the pages.", metavar="DIR")] = Path("docs/patterns"),
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when a page is out of date.")
    ] = False,
    patterns: Patterns = None,
) -> None:
    """Write one page for each family of rules."""
    from foi_nlp import workbench
    from foi_nlp.patterns import load_rules

    stale = []
    for name, page in workbench.family_pages(load_rules(tuple(patterns or ()))).items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == page:
            continue
        stale.append(path)
        if not check_only:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8", newline="\n")
    for path in stale:
        typer.echo(f"{path}: {'out of date; run foi_nlp patterns docs' if check_only else 'written'}")
    if check_only and stale:
        raise typer.Exit(1)


@app.command()
def coverage(
    gold: Annotated[Path, typer.Argument(help="Gold facts of a corpus.", metavar="GOLD_DIR")] = Path("corpus/gold"),
    patterns: Patterns = None,
    all_entries: Annotated[
        bool, typer.Option("--all", help="List every entry, not only those that lack something.")
    ] = False,
) -> None:
    """Say which entries of the registers have a rule, an example in the corpus, or neither."""
    import foi_nlp
    from foi_nlp import workbench
    from foi_nlp.evaluate import EvaluationError, read_gold
    from foi_nlp.patterns import load_rules

    folders = tuple(patterns or ())
    try:
        letters = read_gold(gold)
    except EvaluationError as error:
        typer.echo(f"foi_nlp: {error}", err=True)
        raise typer.Exit(2) from None
    found = workbench.coverage(foi_nlp.load(patterns=folders), load_rules(folders), letters)
    for register in workbench.REGISTERS:
        entries = [entry for entry in found if entry.register == register]
        rules, examples = sum(e.has_rule for e in entries), sum(e.has_example for e in entries)
        follow = sum(e.worked_out for e in entries)
        typer.echo(
            f"{register}: {rules} of {len(entries)} have a rule, "
            + (f"{follow} follow from other facts, " if follow else "")
            + f"{examples} an example in the corpus"
        )
        for entry in entries:
            if all_entries or not entry.has_rule:
                kinds = (
                    ("rule", entry.has_rule),
                    ("follows from other facts", entry.worked_out),
                    ("example", entry.has_example),
                )
                has = [word for word, yes in kinds if yes]
                typer.echo(f"  {entry.id}: {', '.join(has) or 'neither rule nor example'}")
    if not all(entry.has_rule or entry.worked_out for entry in found):
        raise typer.Exit(1)


@app.command()
def suggest(
    run: Annotated[Path, typer.Argument(help="A run with corrections.", metavar="RUN")],
    patterns: Patterns = None,
    most: Annotated[int, typer.Option(help="How many suggestions at the most.")] = 20,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the records as a new folder of rules, too.", metavar="DIR"),
    ] = None,
) -> None:
    """Propose records for what reviewers added or rejected, ranked by what they would gain and lose.

    Only records whose examples hold in the full pipeline are proposed; the others are named, with the reason.
    """
    from foi_nlp.display import one_line
    from foi_nlp.patterns import load_rules
    from foi_nlp.review.corrections import settle
    from foi_nlp.review.decisions import by_letter
    from foi_nlp.review.journal import REVIEW_FOLDER, load_decisions
    from foi_nlp.store import read_records
    from foi_nlp.suggest import prove, write
    from foi_nlp.suggest import suggest as propose

    found = load_decisions(run / REVIEW_FOLDER)
    for problem in found.problems:
        typer.echo(problem, err=True)
    decided = by_letter(found.decisions)
    settlements = [
        settle(record, decided[record.text_sha256]) for record in read_records(run) if record.text_sha256 in decided
    ]
    if not settlements:
        typer.echo(f"foi_nlp: {run}: nobody has reviewed a letter of this run; start with foi_nlp review", err=True)
        raise typer.Exit(2)
    folders = tuple(patterns or ())
    held, refused = prove(propose(settlements, load_rules(folders))[:most], folders)
    for reason in refused:
        typer.echo(f"not proposed: {one_line(reason, limit=400)}", err=True)
    if output is not None:
        write(held, output)
    for suggestion in held:
        typer.echo(f"# gains {suggestion.gained}, loses {suggestion.lost}: {suggestion.why}")
        typer.echo(json.dumps(dict(suggestion.record), ensure_ascii=False))


def _letters(path: Path) -> Iterator[Letter]:
    from foi_nlp.letters import LetterError, open_letters
    from foi_nlp.run import gather

    inputs = gather([path])
    for failure in inputs.missing:
        raise LetterError(failure.source, failure.message)
    for item in inputs.files:
        try:
            for letter in open_letters(item.path, source=item.source):
                if isinstance(letter, LetterError):
                    typer.echo(f"foi_nlp: {letter}", err=True)
                else:
                    yield letter
        except LetterError as error:
            typer.echo(f"foi_nlp: {error}", err=True)
