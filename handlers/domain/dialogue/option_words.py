"""The words that people answer with, in English, Portuguese and Spanish.

Titles and values are answers too and need not be named here. Every entry is folded (no case, no
accents); '|' parts the phrases of one line. Lines stand in the order English, Portuguese, Spanish.
An answer is a few words to a question that is open, so these are fewer and plainer than the words
by which an order is understood.
"""

from collections.abc import Mapping
from typing import Final

from handlers.domain.dialogue.options import Option
from handlers.domain.orders.values import Language, Length, Platform, Tone, Topic

WORDS: Final[Mapping[Option, tuple[str, ...]]] = {
    Platform.LINKEDIN: ("linked in|linkdin|linkedln|likedin|linkin|linkeding|lkdn",),
    Platform.INSTAGRAM: ("insta|ig|instagran|instragram|instagam|intagram|reel|reels|stories",),
    Platform.TWITTER: (
        "twiter|tweet|tweets|tweeter|thread|x twitter|twitter x",
        "tuite|tuites|tuiter|fio",
        "tuit|tuits|hilo",
    ),
    Platform.BLOG: ("blogpost|blog post", "blogue|blog da empresa", "entrada de blog"),
    Length.SHORT: (
        "brief|shorter|short and sweet|concise|snappy|to the point",
        "curta|curto e direto|curtinho|curtinha|breve|resumido|resumida|conciso|enxuto|enxuta",
        "corta|sucinto|cortito|cortita|conciso|escueto|escueta",
    ),
    Length.MEDIUM: (
        "mid|middle|mid length|medium length|medium sized|in between|average",
        "media|mediano|mediana|intermediario|meio termo|nem curto nem longo",
        "mediana|intermedio|intermedia|termino medio|ni corto ni largo",
    ),
    Length.LONG: (
        "longer|lengthy|in depth|detailed|long form|longform|full length|extensive",
        "longa|longao|textao|comprido|comprida|extenso|extensa|detalhado|detalhada|aprofundado",
        "larga|extenso|extensa|detallado|detallada|en profundidad",
    ),
    Tone.PROFESSIONAL: (
        "formal|businesslike|corporate|serious",
        "formal|corporativo|corporativa|serio|profissa",
        "formal|corporativo|corporativa|serio",
    ),
    Tone.CASUAL: (
        "informal|relaxed|laid back|laidback|chill|conversational|easygoing|down to earth",
        "informal|descontraida|relaxado|leve|despojado|despojada|coloquial|solto|de boa",
        "relajado|relajada|desenfadado|desenfadada|descontracturado|coloquial|distendido|suelto",
    ),
    Tone.FRIENDLY: (
        "warm|approachable|welcoming|kind",
        "acolhedor|acolhedora|caloroso|calorosa|simpatico|simpatica|amistoso|proximo|carinhoso",
        "amigable|amistoso|cercana|calido|calida|simpatico|simpatica|amable|carinoso",
    ),
    Tone.AUTHORITATIVE: (
        "authority|with authority|expert|as an expert|like an expert|assertive|confident",
        "autoridade|de autoridade|especialista|de especialista|assertivo|confiante|autoritativo",
        "autoridad|con autoridad|de autoridad|experto|experta|de experta|asertivo|contundente",
    ),
    Topic.TRENDS: ("trend|trending|trending topics", "tendencia|em alta", "tendencia"),
    Topic.NEWS: (
        "headlines|industry news",
        "noticia|novidade|novidades|atualidades",
        "noticia|novedad|novedades|actualidad",
    ),
    Topic.TIPS: (
        "tip|advice|how to|tricks|hacks|tips and tricks",
        "dica|conselhos|truques|passo a passo",
        "consejo|trucos|recomendaciones|paso a paso",
    ),
    Topic.PRODUCT: ("products", "produtos", "productos"),
}

# These mean other things as well: an option only where their own field is the one asked.
WEAK_WORDS: Final[Mapping[Option, tuple[str, ...]]] = {
    Platform.TWITTER: ("x",),
    Platform.BLOG: ("site|website", "site", "sitio|web"),
    Platform.INSTAGRAM: ("story|feed", "feed", "historia|historias"),
    Length.SHORT: ("small|quick|tiny", "pequeno|pequena|rapido|rapidinho", "pequeno|rapido"),
    Length.MEDIUM: ("normal|regular|standard|moderate", "normal|padrao", "normal|estandar"),
    Length.LONG: ("big|large|full", "grande|completo", "grande|completo"),
    Tone.PROFESSIONAL: ("pro|business|sober", "executivo|sobrio", "ejecutivo|sobrio"),
    Tone.CASUAL: ("light|simple", "tranquilo|simples|normal", "ligero|tranquilo|normal"),
    Tone.FRIENDLY: ("nice|personal", "gentil|cordial|humano", "cordial|humano"),
    Tone.AUTHORITATIVE: ("strong", "firme|seguro|segura", "firme|seguro|segura"),
}

# A lone emoji answers; beside words it is decoration. Each counts only where its field is asked.
EMOJI: Final[Mapping[Option, str]] = {
    Platform.LINKEDIN: "💼👔🔗",
    Platform.INSTAGRAM: "📸📷🤳",
    Platform.TWITTER: "🐦🐤🕊",
    Platform.BLOG: "✍📝📰🖋",
    Length.SHORT: "🤏⚡🐜",
    Length.MEDIUM: "⚖",
    Length.LONG: "📜📚🐘🦒",
    Tone.PROFESSIONAL: "💼👔🏢",
    Tone.CASUAL: "😎🤙👕🩴",
    Tone.FRIENDLY: "😊🤗💛🙂🥰",
    Tone.AUTHORITATIVE: "🎓🧠👑🏛",
    Topic.TRENDS: "📈🔥",
    Topic.NEWS: "📰🗞🆕",
    Topic.TIPS: "💡🛠",
    Topic.PRODUCT: "📦🛍🛒",
}

NUMBERS: Final[Mapping[int, str]] = {
    1: "first|1st|primeiro|primeira|primero|primera|primer|1o|1a|1.o|1.a|1ro|1ra",
    2: "two|second|2nd|dois|duas|segundo|segunda|dos|2o|2a|2.o|2.a|2do|2da",
    3: "three|third|3rd|tres|terceiro|terceira|tercero|tercera|3o|3a|3.o|3.a|3ro|3ra",
    4: "four|fourth|4th|quatro|quarto|quarta|cuatro|cuarto|cuarta|4o|4a|4.o|4.a|4to|4ta",
}
LAST: Final = "last|ultimo|ultima"
# Most often articles, and 'um' is a sigh in English: a number only by themselves.
FIRST_BY_ITSELF: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "one",
    Language.PORTUGUESE: "um|uma",
    Language.SPANISH: "uno|una|un",
}
WORD_UNITS: Final = "word|words|wds|palavra|palavras|palabra|palabras"
