"""What is said of content that is there already, or that may never be."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set, word_set

PAST: Final = phrase_set(
    "yesterday|last night|last week|last month|last year|ago",
    "ontem|anteontem|semana passada|mes passado|ano passado|ultima semana",
    (
        "ayer|anoche|anteayer|semana pasada|mes pasado|ano pasado|el otro dia|antier"
        "|hace (un|una|dos|tres|cuatro|unos|unas|mucho|poco)"
    ),
)
FINISHED: Final = phrase_set(
    (
        "did|was|were|went|got|has|had|is|are|does|performed|worked|flopped|needs|looks|seems"
        "|ready|published|live|done|will|should|goes|bombed|landed|came"
    ),
    (
        "foi|ficou|bombou|teve|deu|esta|ta|tava|estava|era|vai|saiu|performou|pronto"
        "|ficaram|sao|tem|rendeu|precisa|funcionou|flopou|foram|passou|anda|chegou"
    ),
    (
        "fue|quedo|tuvo|esta|es|era|va|salio|funciono|listo|son|tiene|gusto|estuvo|fueron"
        "|necesita|rindio|llego|petaron|peto|sale|hay|falta"
    ),
)
# One who praises or finds content does not order it.
PRAISE: Final = word_set(
    "great nice good lovely awesome amazing interesting cool brilliant excellent fantastic "
    "bom boa otimo otima legal lindo linda belo bela excelente genial gran buen buena "
    "bonito bonita best super first last latest favorite"
)
THANKS: Final = phrase_set(
    "thanks|thank you|thx|cheers|ty", "obrigado|obrigada|obg|valeu|vlw", "gracias|grax"
)
# What content did once it was out: who tells it does not order it.
PERFORMED: Final = phrase_set(
    (
        "(got|did|went|has|had|gets) (really |so |pretty |super |over |almost |nearly |)(well"
        "|great|badly|viral|live|up|likes|comments|shares|views)|(likes|comments|shares|views"
        "|impressions|signups)|flopped|performed|bombed|published|landed|blew up|took off"
    ),
    (
        "bombou|flopou|performou|rendeu|viralizou|deu (muito |super |)certo|saiu hoje|saiu ontem"
        "|curtidas|visualizacoes"
    ),
    "petaron|peto|funciono|rindio|se hizo viral|tuvo|tuvieron|salio (hoy|ayer|muy)|visualizaciones",
)
# The content is somebody's already or goes elsewhere: 'a post taken down', 'a post from Ana'.
WITHHELD: Final = phrase_set(
    "(taken|pulled|took) down|(reviewed|proofread|approved|scheduled|translated) by",
    "fora do ar|(revisado|aprovado|agendado) (por|pelo|pela)",
    "(revisado|aprobado|programado) por",
)
# Somebody's content that is there: read, praised or shared.
JUDGED: Final = phrase_set(
    "(liked|loved|love|enjoyed) (it|that|this)|yawn|interesting|worth (a|reading|it)|read (it"
    "|later|this)|(is|was|way|bit|far|much) too (long|short|formal)|(is|now) (up|live)|(by"
    "|from) (a|the|my|our|their|his|her|some)|brilliant|rubbish|good one",
    (
        "gostei|amei|adorei|curti|interessante|(vou|pra|para) ler|leio|(longo|longa|curto|curta"
        "|formal) demais|no ar|vale a (leitura|pena)|(novo|nova) (no|na)|recomendo"
    ),
    (
        "me (gusto|encanto)|interesante|(lo|la) leo|leerlo|leerla|para leer|demasiado|muy (largo"
        "|larga|bueno|buena|formal)|vale la pena|(nuevo|nueva) en|recomiendo"
    ),
)
# Whoever adds this has not made up his mind.
UNSURE: Final = phrase_set(
    "idk|dunno|not sure|who knows|no idea|thoughts|what do you think|even (help|work|matter)",
    "(nao|n) sei|sei la|quem sabe|vai saber|o que (voce |vc |)acha",
    "no (lo |)se|nose|quien sabe|ni idea|que (te parece|opinas|piensas|dices)",
)
