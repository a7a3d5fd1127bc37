"""How the assistant is asked, and what stands around it."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set, word_set

# What may stand before an imperative and leaves it one.
LEADS: Final = phrase_set(
    (
        "please|pls|plz|plss|pleaase|kindly|hey|hi|hello|hiya|ok|okay|okey|so|um|uh|erm|hmm"
        "|well|right|now|just|also|then|and|but|alright|actually|quickly|quick|today"
        "|maybe now|good morning|good afternoon|good evening|morning|yes|yeah|yep|sure|cool"
        "|great|go on|instead|asap|there|first|next|again|lol|haha|for me|me|thanks|thx"
        "|when you (can|are free)|when you (have|get) a (sec|minute|moment|chance)"
        "|if you (can|could|dont mind|have time|get a chance|get time)|if (possible|poss)"
        "|real quick|to start|or|basically|simply|honestly|anyway|anyways|look|listen|like|mate"
        "|love|team|hey there|hi there|dear|lovely|hun|buddy|friend|bro|dude|yo|oh|ah|maybe you"
        "|ideally|essentially|long story short|quick one|quick request|request|task for you"
        "|be a (star|dear|darling|legend|love|pal)|do me a (favour|favor|solid)|as usual|plus"
        "|one more thing|another one|new one|this time|cheers|ta|lads|guys|folks|therefore|thus"
        "|with that in mind|off the back of (that|this|it)|off you go|in the meantime|meanwhile"
        "|finally|lastly|here goes|you know|you know what|i mean|kind of|sort of|hence|cause|still"
        "|on that note|that said|either way|whatever|go ahead|go for it|come on|ha|yup|wow|man"
        "|right now|straight away|by (tonight|tomorrow|friday|monday)|quick favour|quick favor"
    ),
    (
        "por favor|pfv|pf|pfvr|pff|porfavor|oi|ola|opa|oie|e ai|ei|entao|bom|bem|olha|olha so"
        "|agora|so|tambem|tb|tbm|ai|dai|e|mas|beleza|blz|ta|ok|aqui|hoje|rapidinho|rapido|me|nos"
        "|mim|(pra|para|p) (mim|gente|nos|a gente)|voce|vc|ce|tu|cê|bom dia|boa tarde|boa noite"
        "|depois disso|sim|isso|ja|assim|cara|mano|gente|quando (puder|der|tiver tempo)|se (puder"
        "|der|possivel|vc puder|voce puder|conseguir)|por gentileza|gentileza|faz favor|vai|fala"
        "|ne|urgente|primeiro|gentilmente|poxa|amigo|querida|querido|moco|logo|basicamente|enfim"
        "|tipo|oxe|eita|uai|bicho|migo|miga|amiga|linda|lindo|seguinte|e o seguinte|o seguinte e"
        "|meu|meu bem|parceiro|chefe|pessoal|galera|nossa|ah|sera que|sera que (voce|vc) nao"
        "|bora la|(me |)faz(e|) (um favor|uma coisa|uma coisinha|a boa)|so pra saber|olha aqui"
        "|deixa eu ver|vamos la|minha querida|por isso|portanto|resumindo|no fim|tambem ja"
        "|aproveita e|aproveitando|nisso|depois|ainda|dessa vez|desta vez|agora sim|la|viu|hein"
        "|veja|ou seja|na real|na verdade|e tal|sei la|sabe|ce sabe|vc sabe|entendeu|beleza entao"
        "|com isso|fazendo favor|pode ser|certo|show|top|massa|valeu|obg|vamo la|rapaz"
        "|minha gente|no caso|de novo|outra coisa|mais uma coisa|uma coisa|so mais uma coisa"
        "|aliás|alias|pois"
    ),
    (
        "por favor|porfa|porfis|porfavor|plis|xfa|xfavor|hola|oye|oiga|che|bueno|buenas|pues"
        "|a ver|mira|ahora|este|tambien|y|pero|dale|vale|ok|hoy|rapido|rapidito|me|nos"
        "|buenos dias|buenas tardes|buenas noches|si|ya|asi|entonces|vos|tu|usted|amigo"
        "|cuando (puedas|pueda|tengas tiempo|tengas un rato|tengas un momento)"
        "|si (puedes|podes|se puede|puede|no te importa|tienes tiempo)|anda|andale|venga|eh"
        "|primero|urgente|sabes que|solo|solamente|nomas|basicamente|wey|guey|tio|tia|amiga"
        "|linda|lindo|mae|pana|parce|chamo|jefe|ah|ay|este si|por fis|por fa|querida|querido|holi"
        "|(hazme|haceme|me haces|hagame) (un|el) favor|un favor|va|luego|asi que|por eso|total"
        "|total que|en fin|resumiendo|o sea|osea|la cosa es|el caso es|nada|bien|oiga|disculpa"
        "|perdona|con (eso|esto)|de paso|aparte|ademas|esta vez|otra vez|de nuevo|por cierto"
        "|y bueno|en resumen|dicho esto|entonces nada|de una|orale|sale|chido|perfecto|genial"
        "|hermano|bro|loco|boludo|ahorita|che loco|una cosa|otra cosa|una cosita|listo|mejor|aqui"
        "|porfavorcito|sip|ea|jo|ostras|ufa|jaja|jajaja|por ahora|mientras|para (mi|nosotros)"
    ),
)
# A new thought begins behind these, even where nobody set a comma.
LINKS: Final = word_set(
    "so then but anyway anyways basically also plus therefore please pls plz hey ok okay "
    "entao mas ai dai enfim portanto bora olha favor pfv pf gentileza "
    "entonces pero total porfa porfis oye bueno pues mira che dale venga anda ahora"
)
# Between a request and its verb these change nothing.
FILLERS: Final = word_set(
    "maybe perhaps possibly please pls plz just quickly kindly also help me us to and be able "
    "go ahead sit down try start get started then real quick very actually maybe like you u ya "
    "now for kinda either even "
    "talvez a de nos pra mim para voce vc ce tu ja logo rapidinho por favor tambem so ai aqui "
    "agora gente um favor favorzinho entao pfv pf que q comecar ir "
    "quizas tal vez por favor porfa ya tambien ahora aqui usted vos tu te que se le lo ir "
    "empezar nomas rapidito"
)
# Asked of the listener; a verb that makes content follows.
REQUESTS: Final = phrase_set(
    (
        "(can|could|will|would|wont|cant|couldnt|might) (you|u|ya|we|i get you to|i ask you to)"
        "|(why dont|shall) we|why dont you|lets|let us|start|begin|lets start|(would|do|wd|) (you"
        "|u) mind|mind|(would|will|are) you (be |)able to|able to|(would|is) it (be "
        "|)possible (to|for you to|that you)|possible to|up for|(any|theres a|is there a"
        "|is there any|what are the|) (chance|chances) (of|of you|you|u|that)|any chance (you"
        "|u) (can|could|might|would)|(chance|chances) (you|u) (can|could)|(need|want|like|love"
        "|prefer|ask|asking|beg|trust|wanting|needing|expect) (you|u|ya) to|love (it"
        "|) if you (could|would|can)|(love|like) for you to|(hoping|hope) (youd|youll)|(hoping"
        "|hope) (you|u) (can|could|might|to|would|will)|(wonder|wondering|wondered) (if"
        "|whether) (you|u|we) (can|could|might|would|may)|whether (you|u) (might|could|can|would)"
        "|if (you|u) (can|could|would|wouldnt mind)|you to|u to|help (me|us)|help (me|us) (to"
        "|with|start)|help (me|us) with writing|go ahead and|feel free to|your (job|task"
        "|mission) is to|what (i|id|we) (want|need|like) is to|like you to do is"
        "|want you to do is|need you to do is|(you|u) (can|could|should) (go ahead and|now)|(time"
        "|ready) (for you|) to|i (want|need|would like|d like|wanna|request) that you|(have"
        "|get) a go at|have a (go|stab|crack) at|(have|take) a (stab|crack) at|you mind"
        "|id appreciate it if you|appreciate (it|) if you (can|could|would)"
        "|grateful if you (could|can|would)|(be|) (great|good|nice|lovely|amazing|awesome|perfect"
        "|brilliant|fab|ace|fantastic|super|wonderful|cool|helpful|ideal) if (you|u|we) (can"
        "|could|would|were to|)|let me have you|how about (you|we)|what if you|please|pls|plz"
        "|gonna need (you|u) to|going to need (you|u) to|be a star and|be a dear and"
        "|be a legend and|be an angel and|fancy|(could |)(really |)(use|do with|need"
        "|want) (a hand|a bit of help|some help|help|your help) (with|in|)|in a position to"
        "|(reckon|think|suppose|figure) (you|u) (can|could|might)|mission for you is to"
        "|you be up for"
    ),
    (
        "(sera que |)(pode|poderia|podia|podes|podias|poderias|consegue|conseguiria|consegues"
        "|conseguiriam|rola|rolaria|topa|toparia)|(sera que |)(da|daria|dava|deu) (pra|para|p)"
        "|(sera que |)(tem|teria|tinha|existe) (como|jeito de|possibilidade de|chance de"
        "|condicao de)|(e|seria|sera|) possivel|por que (nao|voce nao|vc nao|a gente nao)|pq (nao"
        "|vc nao)|rola de|(bora|vamos|vamo|vambora|partiu|simbora) (la |)|(me |)(ajuda|ajude"
        "|ajudem|ajudar) (a|aqui a|)|(ajuda|ajude) (eu|nos) a|(quero|queria|preciso|precisava"
        "|gostaria|adoraria|desejo|necessito|peco|pedir|espero|pedia|esperava|solicito|amaria) (q"
        "|que|pra|para)|(te|lhe) (peco|pedir|pedia) (que|pra|para)|(quero|queria|preciso"
        "|precisava|gostaria) (e|era) (que|q)|(quero|queria|preciso|gostaria) que (voce|vc) (faca"
        "|fizesse) e|(seria|ia ser|vai ser|fica|ficaria|e) (otimo|bom|legal|massa|top|show"
        "|perfeito|maravilhoso|demais|incrivel|bacana|da hora) (se|que)|agradeceria (se|que)"
        "|agradeco se|(ficaria|fico) (grato|grata|feliz) se|se (puder|pudesse|der|desse|conseguir"
        "|conseguisse|puderes|quiser|nao se importar de|nao for incomodo)|se (voce|vc|ce"
        "|tu) (puder|pudesse|conseguir|conseguisse|quiser)|(quer|queres|quer que)|faz(e|) (o"
        "|um) favor (de|e)|(faz|faca) favor (de|)|faz a (gentileza|boa|fineza|boa e) (de|)|favor"
        "|por favor|por gentileza|comeca a|comece a|comeca|vai|va|vai la e|vai la|va em frente e"
        "|podemos|poderiamos|podiamos|a gente (pode|podia|poderia)|pra (voce|vc|tu)|para (voce|vc"
        "|tu)|que (voce|vc|ce|tu)|so (falta|quero) que|ta na hora de|hora de|manda ver e"
        "|capricha e|que tal (voce|vc)|custa|sua (missao|tarefa) e|tua (missao|tarefa) e|(teria"
        "|tem) disponibilidade (pra|para|de)|tenta|me faz a gentileza de|me faz o favor de"
        "|me faz um favor e|aproveita e|ve se|ve se consegue|ve se da pra"
    ),
    (
        "(sera que |crees que |)(me |nos |)(puede|puedes|podes|podrias|podria|podras|pudieras"
        "|pudiera|podeis|podriais|pueden|podrian) (ir |)|(sera que |)se (puede|podria|podra"
        "|pudiera)|(sera|es|seria) posible (que|)|por que no (me|nos|)|(quiero|quisiera|queria"
        "|necesito|necesitaria|ocupo|preciso|espero|pido|ruego|solicito|deseo|requiero|encantaria"
        "|gustaria|urge|interesa|querria|esperaba|exijo|agradezco|agradeceria|serviria|pedir"
        "|falta|interesaria|vendria bien|encargo) (q|que)|(pedirte|pedirle|pedirles|encargarte"
        "|solicitarte) (q|que|)|(quiero|necesito|quisiera|gustaria) es que|(empieza|empeza"
        "|comienza|comenza|empiece|comience) a|(me |nos |)(ayuda|ayudas|ayudame|ayudeme|ayudanos"
        "|ayudarias|ayudarme|ayudes) (a|para|con|)|(vamos|vayamos) (a|)|hagamos|(te|le"
        "|se) (encargas|encargarias|encarga|encargaria|ocupas|ocuparias|animas|animarias|anima"
        "|importa|importaria|molesta|molestaria|atreves|apuntas|late) (a|si|de|)|(hay|habra"
        "|hubiera|tendras|tienes) (chance|forma|manera|posibilidad|modo|opcion|chances) (de"
        "|de que|)|(hazme|haceme|me harias|me haces|hagame|me hace) (el|un) favor (de|y|)"
        "|te encargo (que|)|(estaria|seria|vendria|queda|quedaria) (bueno|bien|genial|buenisimo"
        "|ideal|perfecto|padre|chido|increible|estupendo|fantastico|maravilloso|lindo) (que|si)"
        "|si (puedes|podes|pudieras|podrias|me puedes|me podes|me pudieras|me puede)|anda|ve"
        "|andate|(puedes|podes) ir|(ponte|ponete|pongase) a|(toca|hora de|es hora de) (que|)"
        "|podemos|podriamos|tu (tarea|mision) es|capaz de|por favor|porfa|porfis|fijate si podes"
        "|mira a ver si puedes|a ver si (me|puedes|podes|me puedes|me podes)|dale y|agarra y|ve y"
        "|tomate un rato y|que te parece si"
    ),
)
# Of these the form does not tell whose they are: 'pode' is also 'he can'.
OF_ANYBODY: Final = word_set(
    "pode poderia podia consegue conseguiria quer puede podria podra pudiera vai va anda ve help "
    "ajuda ayuda mind able you u favor rola topa da start begin up possible possivel "
    "chance chances que tenta custa ready pueden podrian hagamos comeca"
)
POLITE: Final = phrase_set(
    (
        "please|pls|plz|thanks|thank you|thx|cheers|write it for me|asap|for me|ty|ta"
        "|pretty please|if you (can|could|dont mind)|when you can|(if|when) you (get"
        "|have) a (chance|sec|minute|moment)|needed|wanted|would (you|ya)|will you|can you"
        "|could you|if poss|if possible|urgently|right away"
    ),
    (
        "por favor|pfv|pf|pfvr|porfavor|obrigado|obrigada|obg|valeu|vlw|(pra|para) mim"
        "|por gentileza|urgente|pra (hoje|ontem|ja)|gentileza|quando (puder|der)|se (puder|der)"
        "|ta bom|faz favor|pode ser"
    ),
    (
        "por favor|porfa|porfis|porfavor|plis|gracias|xfa|urgente|me (lo|la) (escribes|haces"
        "|armas|preparas|redactas)|para mi|grax|pls|para hoy|cuando (puedas|pueda)|si (puedes"
        "|podes|puede)|porfi|te lo agradezco|mil gracias"
    ),
)
# Said of content that was named before: 'get on it', 'ponte con ello', 'fica com você'.
GO: Final = phrase_set(
    (
        "get (on|onto|to) (it|that)|get cracking|go for it|make it happen|take care of it|sort it"
        "|(its|is) yours|all yours|over to you"
    ),
    (
        "manda (ver|bala)|(pode |)soltar a mao|solta a mao|mao na massa|maos a obra|(cuida"
        "|da conta) disso|resolve (isso|pra mim)"
        "|fica com voce|e com voce|e contigo|ta na sua mao"
    ),
    (
        "(asi que |)adelante( con ello| con eso|)|ponte (con ello|con eso|a ello"
        "|manos a la obra)|manos a la obra|encargate|te encargas"
        "|te ocupas|queda en tus manos|te toca a ti|es cosa tuya"
    ),
)
# At a clause's end they press for it: 'tips post on onboarding, go'.
URGES: Final = word_set("go now ya ja agora ahora thx asap grax k")
HELP: Final = phrase_set(
    (
        "(can|could|would) you help|help (me|us)|help|help me out|give me a hand|any help"
        "|lend me a hand"
    ),
    (
        "me ajuda|me ajude|pode (me |)ajudar|me da uma (forca|mao)|consegue (me |)ajudar|ajuda"
        "|uma ajuda|ajudinha|(da|quebra) (um|uma) (forca|galho|help|mao)"
    ),
    (
        "me ayudas|(puedes|podes|podrias) ayudarme|ayudame|ayuda|me (echas|das) una mano"
        "|me (puedes|podes) ayudar|(echame|dame) una mano"
    ),
)
