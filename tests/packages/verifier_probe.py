"""Ask verify.py about many cases in one process, by whatever Python runs this: 3.8 or newer, no library.

    python3 -I -S verifier_probe.py VERIFIER CASES

CASES is JSON: {"packages": [[folder, trust text], ...], "tokens": [[token, note, list, roots], ...],
"trusts": [text, ...]}, bytes in base64. Prints what is said of each, as JSON, in the same order.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
from typing import Any

PLACE = "data/proofs/anchors/4/0"
sys.dont_write_bytecode = True


def load(path: str) -> Any:
    """The verifier as a module."""
    spec = importlib.util.spec_from_file_location("verifier", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verifier"] = module
    spec.loader.exec_module(module)
    return module


def of_package(verifier: Any, folder: str, trust: str) -> list[str]:
    """All that is printed of a package: JSON, Indonesian, English."""
    report = verifier.verify(folder, trust)
    texts = [verifier.render_text(report, lang) for lang in ("id", "en")]
    return [verifier.render_json(report), *texts]


def of_token(verifier: Any, token: str, note: str, beside: str, roots: str) -> list[Any]:
    """Findings and stamps of one token, and of the list that lies beside it."""
    case = verifier.Case("/", verifier.Trust("log", (), tsas=(("TSA Uji", roots),)))
    case.small[PLACE + ".tsr"] = base64.b64decode(token)
    names = ["0.tsr"]
    if beside:
        case.small[PLACE + ".pem"] = base64.b64decode(beside)
        names.append("0.pem")
    verifier.read_published(case, {4: names})
    head = verifier.Head("log", 4, b"", base64.b64decode(note))
    verifier.check_stamp(case, PLACE + ".tsr", head)
    verifier.tell_revocation(case)
    return [[list(f) for f in case.findings], [list(s) for s in case.stamps]]


def of_trust(verifier: Any, text: str) -> str:
    """What a trust file says, or why it is refused."""
    try:
        return repr(verifier.parse_trust(text))
    except verifier.TrustError as error:
        return "refused: " + str(error)


def main(arguments: list[str]) -> None:
    """Read the cases and print what is said of them."""
    verifier = load(arguments[0])
    with open(arguments[1], encoding="utf-8") as file:  # noqa: PTH123 (as verify.py does)
        cases = json.load(file)
    said = {
        "packages": [of_package(verifier, *case) for case in cases["packages"]],
        "tokens": [of_token(verifier, *case) for case in cases["tokens"]],
        "trusts": [of_trust(verifier, text) for text in cases["trusts"]],
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1:])
