"""Characters that stand for others: digits of many scripts, blanks, signs."""

from __future__ import annotations

_ZEROS = "０٠۰०๐০"  # full-width, Arabic, Persian, Hindi, Thai, Bengali
DIGITS = {chr(ord(zero) + digit): str(digit) for zero in _ZEROS for digit in range(10)}
BLANKS = dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u200a\u3000\t", " ")
DASHES = dict.fromkeys("−‒–—﹣－", "-")
SIGNS = {
    **{"．": ".", "，": ",", "：": ":", "／": "/", "（": "(", "）": ")", "％": "%"},
    **{"＋": "+", "٫": ".", "٬": ","},
}
APOSTROPHES = dict.fromkeys("’‘ʼ´`＇", "'")
# Japanese accounts put a triangle before what is below zero.
TRIANGLES = dict.fromkeys("▲△", "-")

IN_DATES = DIGITS | BLANKS | DASHES | SIGNS
IN_NUMBERS = IN_DATES | APOSTROPHES | TRIANGLES
