"""Errors in the user's language: sentences with facts in them, and the system's own reasons.

An error carries English with its facts filled in (evidence/errors.py). Here are the forms of those
sentences; a text that has one of them is said by the catalogue, its facts unchanged.
"""

from __future__ import annotations

import re
from functools import cache

from cli.words import N_, _

THINGS = (
    N_("data folder {name}"), N_("record {name}"), N_("account {name}"),
    N_("post {name}"), N_("snapshot {name}"), N_("capture {name}"), N_("campaign {name}"),
    N_("profile {name}"), N_("package {name}"), N_("package for {name}"),
    N_("package file {name}"), N_("package of case {name}"), N_("log entry {name}"),
    N_("archive {name}"), N_("subject {name}"), N_("hold on {name}"),
    N_("erasure request {name}"), N_("erasure of record {name}"), N_("keys of record {name}"),
    N_("object {role} of record {name}"), N_("stored blob {name}"),
    N_("chunk {n} of stored blob {name}"), N_("stored checkpoint {name}"),
    N_("anchored checkpoint {name}"), N_("MongoDB at {name}"), N_("embedded MongoDB"),
    N_("embedded MongoDB, process {n}"), N_("embedded MongoDB on port {n}"), N_("store URL"),
    N_("administrator's URL"), N_("watcher's URL"), N_("group commit"),
    N_("appending to the log"), N_("page to render"), N_("row of {name}"),
    N_("question about {name}"), N_("TSA {name}"), N_("{type} draft"), N_("{type} draft {name}"),
)  # fmt: skip
"""Forms of what failed."""

ACTS = (
    N_("opening the archive"), N_("reading the log"), N_("reading the log's size"),
    N_("reading claims"), N_("reading checkpoints"), N_("reading figures"),
    N_("reading the naming key"), N_("looking up records"), N_("looking up blobs"),
    N_("looking up an erasure"), N_("looking for odd rows"), N_("listing projections"),
    N_("releasing slots"), N_("watching the store"), N_("erasing"), N_("erasing a blob's key"),
    N_("reading record {name}"), N_("opening {name}"), N_("erasing {name}"),
    N_("claiming slot {name}"), N_("clearing {name}"), N_("keeping the checkpoint of size {n}"),
    N_("preparing database {name}"), N_("securing database {name}"), N_("projecting {name}"),
    N_("reading {name}"), N_("removing from {name}"), N_("storing in {name}"),
)  # fmt: skip
"""Forms of what the store was doing when it failed."""

REASONS = (
    N_("{why} (MongoDB at {address})"),
    N_("it was refused ({kind}, code {code})"),
    N_("the server does not answer ({kind})"),
    N_("the disk is full"),
    N_("the database user may not do this"),
    N_("the database refused the login"),
    N_("cannot be read ({reason})"),
    N_("cannot be written ({reason})"),
    N_("cannot be made ({reason})"),
    N_("cannot be used ({reason})"),
    N_("it cannot be read ({reason})"),
    N_("it cannot be written ({reason})"),
    N_("it cannot be used ({reason})"),
    N_("it could not be prepared ({reason})"),
    N_("it refused to stop ({reason})"),
    N_("its server's files cannot be used ({reason})"),
    N_("its disk has {free} MB left"),
    N_("it ended at once (exit code {code})"),
    N_("it did not answer within {seconds} s"),
    N_("it did not become primary in {seconds} s"),
    N_("it does not stop"),
    N_("its port was taken by another program"),
    N_("every port tried was taken ({n} tries)"),
    N_("process {n} holds the data folder but does not answer as ours"),
    N_("no mongod can be started here ({reason})"),
    N_("other writers were faster for {seconds} s"),
    N_("it has {n} bytes instead of {size}"),
    N_("has no object of role {role}"),
    N_("has a {kind}"),
    N_("a {kind} is no scalar"),
    N_("is nested deeper than {n} levels"),
    N_("others may read the login"),
    N_("must be a {kind}"),
    N_("is not UTF-8 TOML ({reason})"),
    N_("has {there} leaves, {signed} were signed"),
    N_("leaf {n} is not the signed one"),
    N_("leaf {n} is missing or doubled"),
    N_("leaf {n} does not have the hash of its bytes"),
    N_("the clock is before {at}, stamped already"),
    N_("the clock is {n} ms off what every authority says"),
    N_("is the head of {name}, not of {origin}"),
    N_("leaves under the signed head have changed"),
    N_("its first {n} leaves are not those that were signed"),
    N_("is smaller than one that was signed over {n} leaves"),
    N_("is no readable PEM key ({reason})"),
    N_("must be 0 to {n}"),
    N_("must be written as {form}"),
    N_("must have exactly {names}"),
    N_("has {n} bytes, not 32"),
    N_("has the unknown operation {code}"),
    N_("does not start with {header}"),
    N_("is older than {n} days"),
    N_("a hold for case {case} was placed meanwhile: {n} records were erased before it, what it "
       "covers is kept"),
    N_("keys of {n} records are still there"),
    N_("is in force already for case {case}"),
    N_("there is none for case {case}"),
    N_("a {type} statement is never erased"),
    N_("it is held for case {case} since {at} ({subject})"),
    N_("its {name} is missing"),
    N_("has keys that are no fields of a case or of the wrong kind: {names}"),
    N_("{n} of {all} requirements are not met: {names}"),
    N_("was not printed within {seconds} s"),
    N_("a finished demonstration had something due, or lost what it had recorded"),
    N_("it does not name the archive's database"),
    N_("it is missing, and no other login opens the data beside it"),
)  # fmt: skip
"""Forms of why it failed."""

REMEDIES = (
    N_("Run: chmod 600 {name}"),
    N_("See {name}"),
    N_("One of: {names}"),
    N_("Run `jejak demo --fresh` to throw it away and begin anew"),
    N_("Nothing was touched. Give another folder with --data"),
    N_("Give another folder with --data"),
    N_("Give a data_dir that this user may write to"),
    N_("Free at least 1 GB on the database's disk, then try again"),
    N_("Run `jejak store secure` or use another role"),
    N_("Check user, password and authSource in the URL"),
    N_("Nothing is known to be recorded by this call; start the server and run it again"),
    N_("See the server's log; `jejak doctor` may help"),
    N_("Write mongodb://user:password@host/jejak?authSource=admin"),
    N_("Run `jejak store secure` as the owner of the database"),
    N_("Put back the mongod.secret that these data were made with"),
    N_("Give the URL of a MongoDB replica set (mongodb://host/name) instead, or set JEJAK_MONGOD "
       "to a mongod that runs here"),
)  # fmt: skip
"""Forms of what to do about it."""

SYSTEM = (
    N_("Permission denied"), N_("Operation not permitted"), N_("No such file or directory"),
    N_("No space left on device"), N_("Disk quota exceeded"), N_("Read-only file system"),
    N_("Is a directory"), N_("Not a directory"), N_("File exists"), N_("File name too long"),
    N_("Input/output error"), N_("Too many open files"), N_("File too large"),
    N_("Broken pipe"), N_("Bad file descriptor"), N_("Cannot allocate memory"),
)  # fmt: skip
"""The C library's reasons (errno(3)), which come in English whatever the locale."""


def told(text: str) -> str:
    """An error's what, why or remedy in the user's language; itself where no form fits."""
    said = _(text)
    if said != text or not text:
        return said
    for form, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            facts = found.groupdict()
            return _(form).format(
                **{n: told(fact) if n in ("why", "reason") else fact for n, fact in facts.items()}
            )
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Forms with facts: those that hold another sentence first, then the wordiest, which fit closest."""
    forms = [form for form in (*THINGS, *ACTS, *REASONS, *REMEDIES) if "{" in form]
    forms.sort(key=lambda form: ("{why}" not in form, -len(re.sub(r"\{\w+\}", "", form))))
    return tuple((form, re.compile(as_pattern(form), re.DOTALL)) for form in forms)


def as_pattern(form: str) -> str:
    """The regular expression of all texts that have this form."""
    pieces = re.split(r"\{(\w+)\}", form)
    return "".join(f"(?P<{p}>.+)" if n % 2 else re.escape(p) for n, p in enumerate(pieces))
