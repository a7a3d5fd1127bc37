"""The vocabulary made ready for looking things up."""

from typing import Final

from handlers.domain.orders.lexicon.content_words import CONTENT, WORD_UNITS
from handlers.domain.orders.lexicon.language_words import LANGUAGE_NAMES
from handlers.domain.orders.lexicon.styles import LENGTHS, PLATFORM_KINDS, PLATFORMS, TONES, TOPICS
from handlers.domain.orders.phrases import Phrases, phrase_map, phrase_set, word_set
from handlers.domain.orders.values import Language, Length, Platform, Tone, Topic

PLATFORM_WORDS: Final[Phrases[Platform]] = phrase_map(PLATFORMS)
PLATFORM_KIND_WORDS: Final[Phrases[Platform]] = phrase_map(PLATFORM_KINDS)
LENGTH_WORDS: Final[Phrases[Length]] = phrase_map(LENGTHS)
TONE_WORDS: Final[Phrases[Tone]] = phrase_map(TONES)
CONTENT_NOUNS: Final = phrase_set(*CONTENT)
COUNTED: Final = phrase_set("|".join(sorted(WORD_UNITS - {"word", "palavra", "palabra"})))
TOPIC_WORDS: Final[Phrases[Topic]] = phrase_map(TOPICS)
LANGUAGE_WORDS: Final[Phrases[Language]] = phrase_map(LANGUAGE_NAMES)
# Said of the content, where a tone or length stands beside it.
STYLE_NOUNS: Final = phrase_set(
    "tone|voice|style|vibe|feel|feeling|language|register|mood",
    "tom|estilo|linguagem|pegada|voz|jeito|vibe|registro|clima",
    "tono|estilo|lenguaje|voz|registro|onda|vibra|aire",
)
# What makes a tone of the words that also mean other things: 'keep it serious'.
STYLE_VERBS: Final = phrase_set(
    (
        "keep it|make it|make them|sound|sounds|sounding|should be|be|sound like|keep things"
        "|needs to be|something"
    ),
    (
        "seja|sejam|deixa|deixe|soe|soar|mais|bem|bastante|super|meio|com|de|num|algo|tom"
        "|pareca|como|menos formal e"
    ),
    (
        "sea|sean|suene|sonar|mas|muy|bien|bastante|super|medio|con|de|algo|que se sienta"
        "|parezca|como|tirando a|en plan"
    ),
)
NEGATED: Final = word_set(
    "not no nao nada nem sem sin ni menos less never too isnt dont demasiado demais "
    "nothing muito tan nunca without"
)
# Said to whoever makes the content: 'keep it short', 'que seja leve', 'que no sea muy largo'.
STYLE_COMMANDS: Final = phrase_set(
    (
        "(keep|make) it|(nothing|not) too|no more than|(up to|max|around|about|under|roughly) (1"
        "|2|3|4|5|6|7|8|9)00 words"
    ),
    (
        "que seja|que fique|deixa (bem |)(leve|curto|curta|formal|informal)|no maximo|nada de"
        "|capricha|(num|com um|em) tom|tom (leve|formal)"
    ),
    "que sea|que suene|que quede|no muy (largo|formal)|(en|con un) tono|que no sea|maximo",
)
# A platform is told of as a place where something was found, not as one to write for.
SEEN: Final = phrase_set(
    (
        "saw|seen|read|reading|scrolling|posted|posting|published|shared|commented|liked|found"
        "|viral|messaged|dmed|wrote|tweeted"
    ),
    (
        "vi|viu|vimos|li|leu|lendo|postei|postou|publiquei|publicou|bombou|comentou|curtiu"
        "|rolando|achei|mandou|mandaram|vendo|postaram"
    ),
    (
        "vi|vio|vimos|lei|leyo|leyendo|publique|publico|subi|subio|comento|comentaron|viral"
        "|encontre|mando|mandaron|viendo|publicaron"
    ),
)
# Headings of an order's parts: 'assunto a abertura da filial'.
SUBJECT_LABELS: Final = phrase_set("subject|topic", "assunto|tema", "asunto|tema")
