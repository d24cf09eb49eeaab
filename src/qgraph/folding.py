"""Text as search compares it: without case, marks on letters, quotes; the same when kept and when asked."""

import re
from unicodedata import category, combining, normalize

# Letters that no mark tells apart from the one they are typed as.
LETTERS = {
    "ı": "i",
    "ə": "e",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ħ": "h",
}
# As English spells names of the alphabet that has these letters: Çələbi Dağlı is Chalabi Daghli there.
ENGLISH = str.maketrans({"ə": "a", "ş": "sh", "ç": "ch", "ğ": "gh"})
QUOTES = dict.fromkeys(map(ord, "'’‘ʼʻʹ`´ʾʿ"))  # within a word: Qur'an is Quran
LIGHT = 10  # from this class on a combining mark only colours a letter; below, it is one in some scripts
ALONE = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")  # written without spaces between words
LONGEST = 40


class _Plain(dict[int, str]):
    """What stands for each character, worked out when it is met first."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        if combining(one) >= LIGHT:
            plain = ""
        else:
            plain = LETTERS.get(one, one if one.isalnum() or category(one)[0] == "M" else " ")
        return self.setdefault(code, plain)


PLAIN = _Plain()


def words(text: str) -> list[str]:
    """Return the words of *text*, folded: İ, I, ı and i are one letter, ə is e, ş is s, and so on."""
    plain = normalize("NFKD", text.translate(QUOTES).casefold()).translate(PLAIN)
    return [one[:LONGEST] for one in ALONE.sub(r" \1 ", normalize("NFC", plain)).split()]


def folded(text: str) -> str:
    """Return *text* as its folded words, with one space between."""
    return " ".join(words(text))


def spellings(text: str) -> list[str]:
    """Return *text* folded, and where it has letters that English spells otherwise, so too; word for word."""
    composed = normalize("NFC", text)
    english = composed.casefold().translate(ENGLISH)
    return list(dict.fromkeys((folded(composed), folded(english))))
