"""Numbers of posts as Instagram and Threads write them in addresses: base64url, no padding."""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def number_of(code: str) -> str | None:
    """The number a code stands for; None when it is no code, zero, or 2**64 or more."""
    value = 0
    for letter in code[:80]:
        digit = ALPHABET.find(letter)
        if digit < 0:
            return None
        value = value * 64 + digit
    return str(value) if 0 < value < 2**64 else None


def code_of(number: str) -> str:
    """The code of a number, given in digits."""
    value, letters = int(number), ""
    while value:
        value, digit = divmod(value, 64)
        letters = ALPHABET[digit] + letters
    return letters
