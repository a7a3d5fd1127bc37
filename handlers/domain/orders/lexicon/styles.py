"""What is said of content: platform, length, tone and kind of topic."""

from typing import Final

from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.values import Length, Platform, Tone, Topic

Texts = tuple[str, str, str]
PLATFORMS: Final[dict[Platform, tuple[str, ...]]] = {
    Platform.LINKEDIN: (
        (
            "linkedin|linked in|linkdin|linkedln|linkedn|likedin|linkin|lnkd|linkedim|linkidin"
            "|linquedin|linkeding"
        ),
    ),
    Platform.INSTAGRAM: (
        (
            "instagram|insta|ig|instagran|intagram|instragram|instagrm|igram|instagam|istagram"
            "|insta gram"
        ),
        "no direct do insta",
        "instagran",
    ),
    Platform.TWITTER: (
        "twitter|twiter|tweet|tweets|twt|tweeter|twitt|tweet thread|tweetstorm|tweety",
        "tuite|tuites|tuitar|tuiter|tuitada|tuitinho|tuita|tuitei|tweeta|twitta",
        (
            "tuit|tuits|tuiteo|tuitear|tweetear|trino|trinos|tuitero|tuitea|tuiteame|tuitee"
            "|tweetea|twittea"
        ),
    ),
    Platform.BLOG: (
        "blog|blogs|blogpost|blogposts|blog post|blogpostings|blogging|blog article",
        "blogue|bloguinho|blogpostagem",
        "blogpost|entrada de blog|bitacora",
    ),
}
# Kinds that belong to one platform, unless another is named.
PLATFORM_KINDS: Final[dict[Platform, Texts]] = {
    Platform.TWITTER: (
        "thread|threads|twitter thread",
        "fio|fiozinho",
        "hilo|hilos|hilito",
    )
}
LENGTHS: Final[dict[Length, Texts]] = {
    Length.SHORT: (
        (
            "short|shortish|brief|briefly|concise|succinct|super short|short form|paragraph"
            "|short and sweet|bite sized|bitesize|tiny|snappy|punchy and short|couple of lines"
            "|line or two|couple lines|few lines|one paragraph|couple of sentences|few sentences"
            "|to the point|one liner|two lines|2 lines|three lines|3 lines|one line|one sentence"
            "|two sentences|keep it small|mini|one paragraph|snappy|brevity|quick read"
            "|quick to read"
        ),
        (
            "curto|curta|curtos|curtas|curtinho|curtinha|breve|breves|sucinto|sucinta|conciso"
            "|concisa|enxuto|enxuta|paragrafo|rapidinho de ler|poucas linhas|pequeno|pequena"
            "|pequenininho|direto ao ponto|duas linhas|tres linhas|2 linhas|3 linhas"
            "|poucas palavras|resumido|resumida|curtissimo|pequenino|bem rapidinho|mini"
            "|brevissimo"
        ),
        (
            "corto|corta|cortos|cortas|cortito|cortita|breve|breves|conciso|concisa|parrafo"
            "|parrafito|pocas lineas|unas lineas|dos lineas|tres lineas|pequeno|brevecito|cortico"
            "|cortisimo|al grano|pocas palabras|resumido|resumida|chiquito|chiquita|mini"
            "|brevisimo|cortita|parrafito|un par de lineas"
        ),
    ),
    Length.MEDIUM: (
        (
            "medium|medium length|medium sized|mid length|mid sized|midlength|moderate length"
            "|average length|medium size|not too long not too short|medium long"
        ),
        (
            "tamanho medio|extensao media|comprimento medio|mediano|mediana|tamanho mediano|medio"
            "|nem longo nem curto|nem curto nem longo|nem muito longo nem muito curto"
            "|nem muito curto nem muito longo|nem grande nem pequeno|media extensao|tamanho normal"
        ),
        (
            "mediano|mediana|tamano medio|extension media|longitud media|largo medio|medio"
            "|tamano mediano|ni largo ni corto|ni corto ni largo|ni muy largo ni muy corto"
            "|ni muy corto ni muy largo|mediana extension|mediana longitud"
        ),
    ),
    Length.LONG: (
        (
            "long|longer|lengthy|long form|longform|in depth|indepth|deep dive|extensive|detailed"
            "|longish|in detail|comprehensive|thorough|super long|long read|full length|extended"
            "|meaty"
        ),
        (
            "longo|longa|longos|longas|extenso|extensa|detalhado|detalhada|aprofundado|aprofundada"
            "|em profundidade|textao|bem completo|bem completa|com profundidade|mais completo"
            "|com detalhes|longao|grande|a fundo|comprido|comprida"
        ),
        (
            "largo|larga|largos|largas|extenso|extensa|detallado|detallada|en profundidad|a fondo"
            "|profundo|largote|larguito|bien completo|con detalle|en detalle|extendido|muy completo"
        ),
    ),
}
TONES: Final[dict[Tone, Texts]] = {
    Tone.PROFESSIONAL: (
        (
            "professional|professionally|profesional|proffesional|profesionally|formal|formally"
            "|corporate|polished|buttoned up|businesslike|business like|serious|business tone"
            "|proper business|pro sounding"
        ),
        (
            "profissional|profissionais|profisional|profissa|formal|formais|formalmente"
            "|corporativo|corporativa|profissionalmente|serio|seria|mais serio|executivo"
            "|institucional|sobrio|empresarial|seriedade"
        ),
        (
            "profesional|profesionales|profecional|formal|formales|formalmente|corporativo"
            "|corporativa|serio|seria|profesionalmente|institucional|ejecutivo|sobrio|empresarial"
            "|seriedad"
        ),
    ),
    Tone.CASUAL: (
        (
            "casual|casually|informal|informally|relaxed|laid back|laidback|chill|chilled"
            "|easygoing|easy going|conversational|chatty|chilled out|light hearted|lighthearted"
            "|down to earth|light tone|breezy|off the cuff|colloquial|playful|like (a |)(chat"
            "|talking) (to|with) (a |)(friend|mate)"
        ),
        (
            "casual|informal|informais|descontraido|descontraida|descontraidos|relaxado|relaxada"
            "|despojado|despojada|coloquial|solto|soltinho|leve|de boa|informalmente|tranquilo"
            "|linguagem simples do dia a dia|sem formalidade|conversa de bar|tom de conversa"
            "|sem gravata|papo de (bar|boteco|amigo)|bate papo|descolado|descolada"
        ),
        (
            "casual|informal|informales|relajado|relajada|desenfadado|desenfadada"
            "|descontracturado|coloquial|distendido|distendida|sin formalidades|descontracturada"
            "|suelto|suelta|informalmente|ligero|tranqui|relax|relajadito|sin corbata|de tu a tu"
            "|como (hablando|charlando) con un amigo|coloquialmente|desenfado"
        ),
    ),
    Tone.FRIENDLY: (
        (
            "friendly|warm|warmly|approachable|welcoming|kind|heartfelt|warm hearted|warmhearted"
            "|friendlier|warmer|nice and friendly|amicable|cosy|cozy|warmth|affectionate"
        ),
        (
            "amigavel|amigaveis|acolhedor|acolhedora|caloroso|calorosa|simpatico|simpatica"
            "|proximo|proxima|amistoso|amistosa|carinhoso|carinhosa|gentil|afetuoso|afetuosa"
            "|cordial|amigo|com carinho|fofo|fofa|calorzinho"
        ),
        (
            "cercano|cercana|cercanos|amable|amables|amigable|amigables|calido|calida|amistoso"
            "|amistosa|simpatico|simpatica|carinoso|carinosa|cordial|acogedor|acogedora|afectuoso"
            "|cercania|calidez|con carino|entranable"
        ),
    ),
    Tone.AUTHORITATIVE: (
        (
            "authoritative|authoritatively|authority|expert|confident|confidently|assertive"
            "|commanding|with authority|as an expert|expert level|like an expert|self assured"
            "|confidence|thought (leader|leadership)|as the authority"
        ),
        (
            "autoridade|com autoridade|tom de autoridade|de autoridade|especialista|autoritativo"
            "|autoritativa|confiante|assertivo|assertiva|de especialista|expert|entendedor"
            "|de quem entende|quem entende do assunto|com propriedade|autoritario"
        ),
        (
            "autoridad|con autoridad|experto|experta|de experto|como experto|como experta"
            "|autoritativo|autoritativa|especialista|seguro de si|con seguridad|asertivo"
            "|asertiva|autorizado|contundente|autoritario|como expertos|de autoridad"
        ),
    ),
}
# Words that also mean other things: they are a tone only beside a word for tone or content.
WEAK_TONES: Final = word_set(
    "serious serio seria kind proximo proxima amigo leve solto soltinho suelto suelta "
    "ligero expert experto experta especialista warm warmer authority autoridade autoridad "
    "confidence light tranquilo tranqui relax chill seguro executivo ejecutivo gentil "
    "expertos cordial confident corporate corporativo corporativa institucional grande "
    "sobrio calido calida"
)
TOPICS: Final[dict[Topic, Texts]] = {
    Topic.TRENDS: (
        "trend|trends|trending|trending topics",
        "tendencia|tendencias|trends|em alta|trend",
        "tendencia|tendencias|trends|moda actual",
    ),
    Topic.NEWS: (
        "news|headlines|industry news|news roundup|news update|newsy",
        "noticia|noticias|novidade|novidades|atualidades",
        "noticia|noticias|novedad|novedades|actualidad",
    ),
    Topic.TIPS: (
        "tip|tips|how to|how tos|howto|howtos|tricks|pointers|hacks|tips and tricks|advice",
        "dica|dicas|macete|macetes|conselhos|dicazinhas|diquinhas|passo a passo|truques",
        "consejos|tip|tips|truco|trucos|consejitos|recomendaciones|paso a paso",
    ),
    Topic.PRODUCT: (
        "product|products|product launch|product post|product announcement",
        "produto|produtos|produtinho|lancamento de produto",
        "producto|productos|lanzamiento de producto",
    ),
}
