"""How people leave it to the assistant what to make, and how they name what is due."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set, word_set

# 'Anything you can put together', 'lo que se te ocurra': a wish once a subject or place follows.
WHATEVER: Final = phrase_set(
    (
        "(anything|whatever|something) (you|u) (can|could|might|may) (put together|come up with"
        "|write|do|make|manage|think of|pull together|knock up|knock together|rustle up|whip up"
        "|cook up|draft|produce|conjure up|offer|give me|share)|whatever (you|u) (like|fancy|want"
        "|think best|come up with|think of)|(see|show me|lets see) what (you|u) (can|could) (do"
        "|make|come up with|put together|write|think of|cook up|rustle up|manage)|see if (you|u)"
        " can (come up with|think of) something|work your magic|do your (thing|magic)"
    ),
    (
        "(qualquer coisa|algo|alguma coisa) que (voce |vc |)(consiga|conseguir|puder|possa|bolar"
        "|ache legal|invente)|o que (voce |vc |)(conseguir|puder|der|quiser|achar melhor) (fazer"
        "|escrever|bolar|montar|criar|inventar|)|(ve|veja|mostra|quero ver) o que (voce |vc |)("
        "consegue|da pra|pode) (fazer|bolar|escrever|montar|criar|inventar|)|faz a tua magica"
        "|faz sua magica"
    ),
    (
        "(lo que|algo que|cualquier cosa que) (se te ocurra|puedas|te salga|te parezca|quieras)"
        " (hacer|armar|escribir|inventar|)|(a ver|mira|muestrame|ensename) que (se te ocurre"
        "|puedes hacer"
        "|puedes armar|puedes inventar|podes hacer|podes armar|podes inventar|te sale|sacas"
        "|armas)|haz tu magia|hace tu magia"
    ),
)
# 'Same again', 'otro igual': content like that which was made before.
AGAIN: Final = phrase_set(
    "(the |)same (again|as before|as last time|as last week|as yesterday|as always)|another one",
    "igual (ao|a) (da|do|de) (semana passada|ontem|mes passado|ultima|ultimo)|(mais um|mais uma"
    "|outro|outra) igual",
    "(otro|otra|uno|una) igual|igual (al|a la) (de|del) (ayer|semana pasada|ultimo|lunes)",
)
# What is due: 'this week's', 'the next one', 'o de hoje', 'el post del lunes'.
DUE: Final = phrase_set(
    (
        "(todays|tomorrows|tonights|this weeks|next weeks|this months|mondays|tuesdays"
        "|wednesdays|thursdays|fridays|saturdays|sundays)|the (next|new|first|second|other)"
        "|this (one|time|week)|next one"
    ),
    (
        "(o|a) (proximo|proxima|outro|outra|seguinte)|(o|a|esse|essa)( post| texto| artigo"
        "| legenda| fio| postagem| publicacao| newsletter|) (de hoje|de amanha|da semana|dessa"
        " semana|desta semana|de segunda|de terca|de quarta|de quinta|de sexta|de sabado"
        "|de domingo|do mes)"
    ),
    (
        "(el|la) (proximo|proxima|otro|otra|siguiente)|(el|la|este|esta)( post| texto| articulo"
        "| hilo| posteo| publicacion| newsletter| entrada|) (de hoy|de manana|de esta semana"
        "|de la semana|del lunes|del martes|del miercoles|del jueves|del viernes|del sabado"
        "|del domingo|del mes)"
    ),
)
# '… should be about', 'que sea sobre': what is due gets its subject.
SHALL_BE: Final = phrase_set(
    "(should|can|could|needs to|has to|must|to|shall) (be|talk|cover) (about|on|around)",
    "(pode|podia|poderia|tem que|precisa|deve|tinha que) (ser|falar) (sobre|de|do|da)"
    "|(seja|fale|faz) (sobre|de|do|da)",
    "(que |)(sea|hable|trate|vaya) (sobre|de|del|acerca de)|(puede|podria|tiene que|debe|debe"
    " de|deberia) (ser|hablar|tratar|ir) (sobre|de|del)",
)
# The same behind 'make' and 'have'.
MADE_ABOUT: Final = phrase_set("(be |)(about|on)")
# 'Put it in words': writing, once a platform is named somewhere behind.
IN_WRITING: Final = phrase_set(
    "(put|get) (this|that|it|all this|all that) (into words|down in words)",
    "(bota|poe|coloca|ponha|bote|me bota|me poe) (isso |tudo isso |)(no papel|por escrito"
    "|em palavras)",
    "(pon|ponme|pone|poneme|ponga|pongame|ponlo|ponelo) (esto |eso |)(por escrito|en palabras"
    "|en limpio|sobre el papel)",
)
# Before a colon these announce an order in single words.
PROMPTS: Final = phrase_set(
    "here you go|you know (what to do|the drill|how)|do your (thing|magic)|over to you|order"
    "|request|job for you|todays order",
    "toma|(voce|vc) sabe|ja sabe|pedido|la vai|segue",
    "ya sabes|tu sabes|vos sabes|pedido|ahi va|ahi te va|toma",
)
# Words that mean nothing by themselves between words of style.
GLUE: Final = word_set(
    "on for in to a an and pro pra para no na em de do um uma e com o en un una y con el tone tom "
    "tono style voice words word palavras palabras please thanks lol this time just it very bem "
    "muy bien super gracias obrigado pls same again only kind x"
)
