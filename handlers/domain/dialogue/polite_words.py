"""What stands around an answer and says nothing, and what calls an order off.

Folded and parted as in `option_words`. A message with any word that is nowhere here is no answer:
it is filed as what it is, and the question stays open, which costs less than a wrong answer.
"""

from typing import Final

# Said around anything, also around a cancellation.
POLITE: Final = (
    "please|pls|plz|thanks|thank you|thx|ty|sorry|ok|okay|hi|hello|hey|actually|then|just|now",
    (
        "por favor|pfv|pfvr|pf|porfa|obrigado|obrigada|brigado|brigada|valeu|vlw|desculpa|desculpe"
        "|oi|ola|ta|ta bom|tudo bem|entao|agora|gente|blz|beleza"
    ),
    "porfis|porfavor|gracias|perdon|disculpa|hola|vale|entonces|ahora|bueno|pues",
)
AROUND_AN_ANSWER: Final = (
    (
        "a|an|the|one|it|its|that|this|is|id|ill|im|i|me|my|we|our|would|like|love|want|prefer"
        "|choose"
        "|pick|take|go|going|lets|let us|let|with|for|on|in|to|of|as|be|can|could|should|may|make"
        "|keep|do|use|think|guess|maybe|perhaps|probably|definitely|yes|yeah|yep|yup|sure|so|um|uh"
        "|hmm|hm|mmm|oh|ah|well|option|number|choice|answer|answers|kind of|sort of|more|very"
        "|really"
        "|pretty|quite|a bit|a little|rather|best|better|fine|good|great|perfect|works|work|also"
        "|and"
        "|or|either|about|around|nice and|super|platform|length|tone|style|format|topic|sounding"
        "|good morning|good evening|what about|how about|for now|this time|say|something|only|too"
        "|put|put it|more or less|roughly|lol"
    ),
    (
        "o|a|os|as|um|uma|uns|umas|em|na|nas|de|do|da|das|pra|pro|para|para o|para a|pelo|pela|com"
        "|e|ou|eu|quero|queria|gostaria|prefiro|escolho|acho|acho que|penso|pode|podem|ser|seria"
        "|seja"
        "|e o|vai|vamos|bora|ir|fica|ficar|deixa|deixar|faz|faca|bota|coloca|poe|mais|bem|muito"
        "|meio"
        "|mesmo|so|apenas|opcao|numero|alternativa|resposta|sim|claro|certo|isso|esse|essa|este"
        "|esta"
        "|ai|ne|hum|tipo|algo|que|me|melhor|otimo|perfeito|por enquanto|dessa vez|desta vez|talvez"
        "|bom dia|boa tarde|boa noite|tom|tamanho|estilo|formato|plataforma|tema|foco|versao|por"
        "|uma coisa|cerca|aproximadamente|sera|pensei|tambem|linguagem|meu|minha|nosso|nossa|n|num"
        "|manda|posta|publica|mais ou menos|por gentileza|kk|kkk|rs|rsrs|haha"
    ),
    (
        "el|la|lo|los|las|un|una|uno|unos|unas|en|al|del|con|y|o|yo|quiero|quisiera|prefiero|elijo"
        "|escojo|me gustaria|puede|podria|ser|sea|seria|que sea|que|va|vamos|creo|creo que|mejor"
        "|bien"
        "|mas|muy|hazlo|haz|hacelo|ponlo|pon|dejalo en|si|claro|dale|listo|opcion|numero|respuesta"
        "|este|esta|ese|esa|eso|eh|algo|tipo|pa|por|por ahora|esta vez|quizas|tal vez|buenas"
        "|buenos dias|buenas tardes|buenas noches|tono|tamano|extension|estilo|formato|plataforma"
        "|enfoque|aproximadamente|tambien|solo|perfecto|supongo|es|seguro|voy con|me parece|diria"
        "|mi|nuestro|nuestra|mas o menos|jaja|jeje|publicalo"
    ),
)
# After one of these a value takes the place of the one before: 'Instagram, I mean LinkedIn'.
# Without its comma a 'no' may be a refusal of what follows.
CORRECTIONS: Final = (
    (
        "no,|nope,|nah,|nao,|i mean|no wait|wait|actually|make that"
        "|or rather|correction|sorry|no sorry|scratch that"
    ),
    "quer dizer|digo|ou melhor|alias|na verdade|desculpa|perdao|nao pera|pera|melhor",
    "mejor dicho|quiero decir|perdon|en realidad|no espera|espera|mejor",
)
# Portuguese 'in the' and 'of the', which are a refusal and a number elsewhere.
PORTUGUESE_ARTICLES: Final = "no|nos|dos"
AROUND_A_NUMBER: Final = "option|number|answer|the|opcao|numero|o|a|el|la"
# With one of these it is an answer only if it says what was asked; else it may be a new order.
CONTENT_NOUNS: Final = (
    "post|text|article|piece|content|caption|copy|carousel|version",
    "texto|postagem|publicacao|artigo|conteudo|legenda|carrossel|textinho|postzinho",
    "publicacion|posteo|articulo|contenido|carrusel|pie de foto",
)
CANCELS: Final = (
    (
        "cancel|cancelled|canceled|never mind|nevermind|nvm|forget it|forget about it|forget that"
        "|drop it|scrap it|scrap that|leave it|dont bother|i changed my mind|changed my mind"
        "|not anymore|i dont want it anymore|i dont need it anymore"
    ),
    (
        "cancela|cancelar|cancele|cancelado|esquece|esqueca|esquecer|desisto|desisti|deixa pra la"
        "|deixa para la|deixe pra la|deixe para la|deixa quieto|deixa isso|deixa disso"
        "|mudei de ideia|nao quero mais|nao precisa mais|nao precisa"
    ),
    (
        "cancelalo|cancelo|olvidalo|olvida|olvidate|dejalo|dejalo asi|deja|dejemoslo|ya no"
        "|ya no quiero|ya no lo quiero|no quiero nada|cambie de idea|cambie de opinion|mejor no"
        "|no hace falta"
    ),
)
AROUND_A_CANCELLATION: Final = (
    (
        "no,|nope,|nah,|nao,|it|that|this|the|my|order|request|all|everything"
        "|yes|lets|can you|could you|i want to|id like to"
    ),
    "isso|esse|este|o|a|meu|tudo|pedido|por agora|sim|quero|pode|nada|melhor|vamos",
    "el|la|esto|eso|ese|mi|todo|orden|solicitud|si|quiero|puedes|nada|mejor|por ahora",
)
# Of anything, and everyday words: a cancellation only by themselves.
STOPS: Final = "stop|stop it|stop that|quit|exit|abort|parar|pare|para|sair|salir|detener|paralo"
CANCEL_EMOJI: Final = "❌🚫🛑✖❎"
