"""Which columns of a customers' list ask the other way round: a yes there means no.

Apart, so that a parsing worker starts without ibis: such a header must never be taken
for one of consent, however much ``unsubscribed`` ends like ``subscribed``.
"""

from __future__ import annotations

import re
import unicodedata

# Of what somebody may refuse to get; of other things (payments, parcels) it says
# nothing of letters.
_LETTERS = (
    r"(?:consent|marketing|news ?letters?|e ?mails?|mails?|mailings?|sms|contact(?:ed)?"
    r"|ads|advertising|einwilligung|werbung|kontakt|publicidad"
    r"|communications?|zgod\w*|souhlas|samtyck\w*|samtykke)"
)
_REFUSED = (
    r"(?:revok\w*|withdr\w*|declin\w*|refus\w*|reject\w*|block(?:ed)?|cancel\w*|denied"
    r"|suppress\w*|bounc\w*|complain\w*|abuse|no(?! of)|not|never|kein\w*|ohne"
    r"|stop(?:ped)?|sans|pas de|sin|sem|senza|bez|geen|ingen|inga)"
)
# Without accents, in small letters, words apart.
_HEADER = re.compile(
    r"unsub|\bopt(?:ed)? ?outs?\b|\bdo ?not ?(?:e ?mail|mail|contact|call|text|sms)"
    r"|\bdnc\b|\bblack ?list|\bblock ?list|\bsuppress(?:ed|ion)\b|\bspam\b|^bounced?\b"
    r"|abgemeld|abmeldung|abmelde|abbestell|widersp|widerruf|werbesperr|werbeverbot"
    r"|desabonn|desinscr|desuscri|descadastr|\bbaja\b|disiscr|uitgeschr|afgemeld"
    r"|wypis|odhlas|nesouhlas|avregistr|avanmal|frameld|afmeld|отказ|отпис"
    r"|拒否|拒绝|拒絕|退订|退訂|配信停止|配信不要|수신거부|수신 거부|수신차단"
    rf"|\b{_REFUSED}\b.*\b{_LETTERS}\b|\b{_LETTERS}\b.*\b(?!no\b|not\b){_REFUSED}\b"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def asked_by(header: str) -> bool:
    """Whether a yes in a column of this name means that somebody refuses letters."""
    apart = unicodedata.normalize("NFKD", _CAMEL.sub(" ", header).casefold())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    words = unicodedata.normalize("NFC", re.sub(r"[^\w]+|_+", " ", bare))
    return bool(_HEADER.search(words))
