"""What is wrong with an imported file: every problem, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence.errors import ConfigError

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "TOO_LARGE": ("the file has {size} bytes, more than {limit}", "Split it into smaller files."),
    "ENCODING": (
        "byte {offset} (line {line}) is not UTF-8",
        "Save it as 'CSV UTF-8' in the spreadsheet program.",
    ),
    "UTF16": (
        "the file is UTF-16, not UTF-8",
        "Save it as 'CSV UTF-8' in the spreadsheet program.",
    ),
    "NOT_CSV": ("cannot be read as CSV: {reason}", "Check the quotation marks of this row."),
    "NOT_XLSX": ("cannot be opened as a workbook ({reason})", "Save it again as .xlsx, or as CSV."),
    "FORMAT": ("the file name does not end in .csv or .xlsx", "Give a CSV or XLSX file."),
    "EMPTY_FILE": ("the file has no rows", "The first row holds the column names."),
    "TOO_MANY_ROWS": ("the file has more than {limit} rows", "Split it into smaller files."),
    "TOO_MANY_COLUMNS": ("the file has more than {limit} columns", "Remove the unused columns."),
    "UNKNOWN_COLUMN": ("is not a column of a watchlist", "Known columns: {known}."),
    "MISSING_COLUMN": ("the column is missing", "Add it to the first row."),
    "DOUBLE_COLUMN": ("the column is there twice", "Keep one of them."),
    "EXTRA_CELL": ("the row has more cells than the first row", "Check separators and quotes."),
    "FORMULA": ("the cell is a formula", "Replace it by its value."),
    "MANGLED_NUMBER": (
        "the spreadsheet turned this number into {shown} and its last digits are lost",
        "Format the column as Text and enter the number again.",
    ),
    "CELL_TYPE": ("the cell is not text", "Format the column as Text and enter it again."),
    "MADE_A_DATE": (
        "the spreadsheet has made a date of what was typed",
        "Format the column as Text and enter it again.",
    ),
    "HIDDEN_ROW": (
        "the row is hidden, so nobody who looked at the list has seen it",
        "Clear the filter and show all rows, then keep it or delete it.",
    ),
    "HIDDEN_COLUMN": (
        "the column is hidden, so nobody who looked at the list has seen it",
        "Show it, then keep it or delete it.",
    ),
    "HIDDEN_SHEET": (
        "the first sheet is hidden, and only the first is read",
        "Make the sheet with the list the first one, and show it.",
    ),
    "STRAY_NUMBER": (
        "holds a number as long as a NIP or NIK, where it could not be withheld or erased by itself",
        "Move it to the column nip or nik.",
    ),
    "TOO_LONG": ("the cell has {length} characters, more than {limit}", "Shorten it."),
    "HIDDEN_CHARACTER": (
        "character {position} is {code_point}, which cannot be seen or changes the order of text",
        "Type the cell again by hand.",
    ),
    "REQUIRED": ("is empty", "Fill it in."),
    "UNKNOWN_PLATFORM": ("is not a known platform", "Known platforms: {known}."),
    "IMPOSSIBLE_ACCOUNT": ("cannot be an account of {platform}: {reason}", "Example: {example}."),
    "IMPOSSIBLE_CHARACTER": (
        "cannot be an account of {platform}: it holds {code_point}",
        "Example: {example}.",
    ),
    "NO_SERVER": (
        "does not say which server the account is on",
        "Write user@server, or fill in base_url.",
    ),
    "NOT_HTTPS": ("the address is not https://", "Use the https:// address."),
    "BAD_ADDRESS": ("the address is not usable: {reason}", "Example: https://mastodon.social."),
    "WRONG_HOST": ("{host} is not a host of {platform}", "Hosts of this platform: {known}."),
    "UNKNOWN_WORD": ("is not one of the words for this column", "Use one of: {known}."),
    "BAD_TIER": ("is not one capital letter", "Write A, B, C, ..."),
    "BAD_REGION": (
        "is not a region code such as 64.71",
        "Use the Kemendagri code, in a column formatted as Text.",
    ),
    "UNKNOWN_PROVINCE": ("no province has the code {province}", "Use the Kemendagri code."),
    "NO_ZONE": ("neither zone nor region_code says the time zone", "Fill in region_code or zone."),
    "BAD_TIME": ("is not a date or time", "Write 2024-11-23 or 2024-11-23T08:00+07:00."),
    "UNTIL_FIRST": ("the watch would end before it starts", "Check from and until."),
    "NOT_WELL_FORMED": ("is not a well-formed {kind}: {reason}", "Check it against the source."),
    "DUPLICATE": (
        "is the same account as row {other}",
        "Keep one of the two rows.",
    ),
    "TAKEN": (
        "is an account of another row of the watchlist already, under another name",
        "Use the name it has there, or clear native_id.",
    ),
    "TOML": ("is not TOML: {reason}", "Correct that place."),
    "NOT_UTF8": ("byte {offset} is not UTF-8", "Save the file as UTF-8."),
    "MISSING_KEY": ("the key is missing", "Add it."),
    "UNKNOWN_KEY": ("is not a key of a campaign file", "Known keys: {known}."),
    "ZONE_KEY": (
        "a campaign has no zone of its own",
        "Remove it; phases are local time in the zone of each watchlist row.",
    ),
    "NOT_TEXT": ("must be text in quotes", "Put it in quotation marks."),
    "BAD_ID": ("is not a campaign id", "Use lower-case letters, digits and hyphens."),
    "SELF": ("names the campaign itself", "Name the campaign that replaces this one."),
    "NO_PHASES": ("the campaign has no [[phase]]", "Add at least one."),
    "HAS_OFFSET": (
        "has a time-zone offset",
        "Write local time without offset; the zone is that of each watchlist row.",
    ),
    "NOT_LOCAL_TIME": ("is not a local date or time", "Write 2024-09-25 or 2024-09-25T00:00:00."),
    "ENDS_FIRST": ("is not after the start of the phase", "ends is the first moment outside it."),
    "OVERLAP": ("begins before {other} ends ({moment})", "Begin it at {moment}."),
    "HOLE": ("leaves a hole after {other}, which ends {moment}", "Begin it at {moment}."),
    "DOUBLE_NAME": ("is the name of {other} already", "Give each phase its own name."),
    "BAD_CADENCE": (
        "is not a cadence",
        'Write a whole number and s, m, h or d: "30m", "6h", "1d".',
    ),
    "NO_CADENCE": ("gives no tier a cadence", 'Write cadence = { A = "6h" }.'),
}
"""code -> (reason, remedy), English, filled in from a problem's values."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file.

    row:    as the spreadsheet counts (1 is the header); None when it is the file as a whole.
    column: column name, or TOML key such as `phase[2].starts`; empty for a whole row.
    code:   key of PROBLEMS.   values: sorted pairs that fill in its words; never a NIP or NIK.
    """

    row: int | None
    column: str
    code: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """Why, in English."""
        return PROBLEMS[self.code][0].format(**dict(self.values))

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return PROBLEMS[self.code][1].format(**dict(self.values))

    def place(self) -> str:
        """`row 3, account`, `phase[2].starts`, or empty for the file as a whole."""
        row = f"row {self.row}" if self.row is not None else ""
        return ", ".join(part for part in (row, self.column) if part)

    def __str__(self) -> str:
        place = self.place()
        return (
            f"{place}: {self.reason}. {self.remedy}" if place else f"{self.reason}. {self.remedy}"
        )


def problem(row: int | None, column: str, code: str, **values: object) -> Problem:
    """A Problem with its values as text."""
    return Problem(row, column, code, tuple(sorted((k, str(v)) for k, v in values.items())))


class ImportRefused(ConfigError):
    """An imported file has problems; nothing of it was taken. `problems` holds all of them."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = str(self.problems[0])
        more = len(self.problems) - 1
        why = f"{first}" + (f" And {more} more." if more else "")
        super().__init__(name, why.rstrip("."), "Nothing was imported")
