"""The kinds of content that people name."""

from typing import Final

from handlers.domain.orders.lexicon.styles import Texts
from handlers.domain.orders.phrases import phrase_set, word_set

CONTENT: Final[Texts] = (
    (
        "(a |)line or two|few lines|couple of lines|few words|few sentences|couple of paragraphs"
        "|paragraphs|lines|post|posts|psot|thread|threads|article|articles|artcile|caption"
        "|captions|tweet|tweets|blog|blogpost|newsletter|newsletters|copy|text|script|reel|reels"
        "|carousel|carousels|carrousel|story|stories|piece|content|paragraph|write up|writeup"
        "|announcement|essay|draft|bio|slogan|blurb|headline|headlines|update|listicle|op ed"
        "|case study|tweetstorm|press release|guide|something|something nice|sth|smth|smthg"
        "|how to|posting|blurbs|tagline|email|ad|shoutout|statement|column|columns|op ed|memo"
        "|letter|flyer|brochure|infographic|opinion piece|note for (linkedin|the blog)|hook"
        "|public (reply|response|answer)|teaser|description|digest|roundup|round up|feature"
    ),
    (
        "linhas|linhazinhas|poucas linhas|paragrafos|poucas palavras|post|posts|postagem"
        "|postagens|postzinho|posti|publicacao|publicacoes|texto|textos|textinho|textao|artigo"
        "|artigos|artiguinho|legenda|legendas|legendinha|fio|fiozinho|thread|tuite|tuites|tuitada"
        "|tweet|tweets|conteudo|conteudos|carrossel|carrosseis|roteiro|roteiros|newsletter"
        "|materia|stories|story|reels|copy|publi|rascunho|paragrafo|bio|anuncio|chamada|blog"
        "|blogue|comunicado|algo|alguma coisa|algum coisa|uma coisinha|textico|blogpost|email"
        "|e mail|lista de dicas|coluna|nota (oficial|breve|curta)|carta|panfleto|folheto"
        "|infografico|descricao|editorial|cartinha|mensagem|release|press release|depoimento"
        "|convite|agradecimento|resposta publica"
    ),
    (
        "lineas|pocas lineas|unas lineas|parrafos|pocas palabras|post|posts|posteo|posteos"
        "|publicacion|publicaciones|articulo|articulos|articulito|hilo|hilos|hilito|tuit|tuits"
        "|tuiteo|tweet|tweets|texto|textos|textito|entrada|entradas|pie de foto|pies de foto"
        "|leyenda|contenido|contenidos|guion|guiones|carrusel|carruseles|copy|borrador|caption"
        "|parrafo|redaccion|boletin|anuncio|comunicado|postecito|postcito|historia|historias|reel"
        "|reels|blog|algo|alguna cosa|piecito de foto|newsletter|trino|correo|nota (estilo|tipo"
        "|de) prensa|nota de blog|columna|nota (breve|corta|larga|oficial)|carta|folleto|volante"
        "|infografia|descripcion|mensaje|invitacion|flyer|editorial|gacetilla|repaso"
        "|respuesta publica|agradecimiento|nota para el blog|nota pal blog|nota del blog"
        "|nota para linkedin"
    ),
)
# Too vague to be content by themselves: they need a subject or platform after them.
VAGUE_CONTENT: Final = word_set(
    "lines linhas lineas something sth smth algo coisa cosa coisinha draft story text copy "
    "stories historia historias update guide piece content conteudo contenido email correo bio "
    "statement column memo letter flyer brochure infographic hook teaser description digest "
    "roundup feature repaso agradecimiento agradecimento coluna carta descricao editorial "
    "mensagem convite depoimento release columna folleto volante descripcion mensaje invitacion "
    "panfleto folheto cartinha ad entrada materia script lists nice announcement anuncio chamada"
)
# After a content noun these make a compound that is no content: 'post ideas', 'content calendar'.
COMPOUND_HEADS: Final = word_set(
    "idea ideas calendar schedule scheduler strategy plan plans writer writers manager "
    "office tool engagement metrics analytics stats numbers performance template templates "
    "prompt account page profile login password team folder message messages messaging "
    "migration redesign number box marketing creation platform book books date queue "
    "engineer designer grads grad"
)
# What sounds like content and is a thing of another kind.
HOMONYMS: Final = phrase_set(
    "copy of|draft (beer|ale|horse|excluder|dodger|cider|lager)|post (it|its|code|hole|holes|op"
    "|mortem|covid|war|man|men)|thread (count|pitch|gauge)|reel of|script (from the|for my)"
    " (doctor|pharmacy|tablets)|story (house|building|window)|column (inch|mounted)",
    "(fio|fios) (de|do|da) (cobre|nailon|voz|cabelo|luz|terra|algodao|la|telefone)"
    "|(fio|fios) (dental|terra|eletrico)|carta (de motorista|branca)|materia prima",
    "(hilo|hilos) (de|del) (voz|pescar|coser|cobre|nailon|telefono|seda|algodon|agua)|hilo dental"
    "|post it|entrada (de|del) (cine|casa|museo|garaje|concierto|agua)|carta (blanca|de vinos)",
)
WORD_UNITS: Final = word_set("word words wds palavra palavras palabra palabras")
