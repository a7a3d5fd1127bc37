"""How people ask in a roundabout way: for these, the content must be well described."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set

# 'It would save us', 'lo ideal sería', 'daria pra': somebody would be glad of something.
OPTATIVES: Final = phrase_set(
    (
        "help (me|us)|(could|can|might|may) (we|i|you|u)|(would|will) (you|u|love|like|be"
        "|appreciate|do|help|welcome|go|that be)|(id|wed|youd|youll|itd|thatd|i would|we would)"
        "|ideally|ideal|(hoping|hope|wish|wishing|hopefully)|chance|(im|were) (after|craving"
        "|dying for|keen)|(counting|relying|depending|banking) on (you|u)|(trouble|bother"
        "|pester) (you|u)|go down (a treat|well)|(save|make) (us|me|my day|my life|my week|our)"
        "|(be a|a) (lifesaver|godsend)|come in handy|do the trick|(dont|do not) suppose|(is|s"
        "|are) (needed|wanted|required|due|overdue|called for)|how about|what about|what if"
        "|wouldnt hurt|over to (you|u)|up to (you|u)|leave (it|that|this) (to|with) (you|u)"
        "|on you|deserves|calls for|your (turn|call|magic)|doable|feasible|possible|able to"
        "|up for|much appreciated|appreciated|grateful|thankful|if (its|it is|thats) (ok|okay"
        "|alright|possible)|need|needs|must have|want|time for|crying out for|say yes to|kindly"
        "|may i|request|would suit"
    ),
    (
        "me ajuda|me ajude|(da|daria|dava) (pra|para)|seria|seriam|(o |)ideal|queria|queriamos"
        "|gostaria|gostariamos|adoraria|amaria|tomara|oxala|rola|rolaria|consegue|conseguiria"
        "|pode|poderia|topa|toparia|anima|(conto|contava|contando|conta) com (voce|vc|tu)"
        "|(contigo|voce consegue)|(cai|caia|cairia|viria|vinha|iria) (muito |super |)(bem"
        "|a calhar)|(salva|salvaria|salvava|ajuda|ajudaria|ajudava|adiantaria|alegraria)|(faz"
        "|fazendo|fez|faria) falta|falta|faltando|ta faltando|merece|pede|mereceria|agradeco"
        "|agradeceria|(deixo|fica|ficou|ta) (com|contigo|pra) (voce|vc|tu)|preciso|precisamos"
        "|precisava|precisaria|precisa|quero|queremos|(e|era) (so|bom) (fazer|ter)|(que|e) tal"
        "|hora de|bora|sua vez|viavel|possivel|(te|lhe) (encomendo|peco|pediria|imploro)|ve (ai"
        "|aqui) (pra|para) mim|ve (pra|para) mim|incomodar|nao custa|vale"
    ),
    (
        "ayudame|ayudeme|me ayudas|(estaria|seria|vendria|caeria|quedaria|serian|vendrian)"
        "|lo ideal|(se |os |te |le |lo |)(agradece|agradeceria|agradecere|agradezco)|(hara|haria"
        "|hace|hacia) falta|(cuento|contaba|contamos|contando|contare) (contigo|con vos"
        "|con usted)|(nos|me|les) (salvaria|salva|salvas|salvarias|ayudaria|ayuda|sirve|serviria"
        "|urge|falta|conviene|convendria|alegraria|hace|haria|interesa|tienta|provoca|apetece"
        "|pinta|gustaria|encantaria)|ojala|te (encargas|encargarias|animas|animarias|atreves"
        "|apuntas|late|importa|importaria|ocupas|ocuparias|toca|pido|molesta|parece)|merece|toca"
        "|puedes|podrias|podes|pudieras|puede|podria|se puede|podremos|podriamos|que tal|y si"
        "|quisiera|querria|quiero|queremos|necesito|necesitamos|ocupo|ando (necesitando|buscando"
        "|queriendo)|me corre prisa|corre prisa|viable|factible|posible|a ver si|tu turno"
        "|queda en tus manos|te lo (dejo|encargo)|hay que|iria bien|vendra bien|va bien|da para"
        "|daria para|esperaba"
    ),
)
# Who does this with content does not have it made.
OTHER_ACTS: Final = phrase_set(
    (
        "(to |)(read|reading|see|seeing|find|finding|review|approve|send|sending|share|check"
        "|discuss|talk|know|remember|remind|finish|watch|buy|pay|delete|remove|publish|schedule"
        "|hear|compare|translate|edit|fix|proofread|look|looking|study|analyse|analyze|think"
        "|thinking|guess|believe)|(wrote|made|did|posted|published|got|saw|sent|found|had|read"
        "|received|paid|hired|met|gave|asked|started|finished|won|was|were|has|have|been)|(ill"
        "|ill be|im going|im gonna|going to|gonna|i should|i must|i have to|i need to|i want to"
        "|we should|we must|we have to|we need to|should|remember|dont forget|lets see)|(idea"
        "|ideas)|let me|how (many|much|long|often|to|do|does|can|should)|(want|wants|wanted|needs"
        "|expects) (us|me)|will (need|want|have|be|do)|(he|she|they|it|who|someone|somebody"
        "|people|everyone|clients|customers)"
    ),
    (
        "(ler|ver|achar|encontrar|revisar|aprovar|enviar|compartilhar|conferir|discutir|falar"
        "|saber|lembrar|terminar|assistir|comprar|pagar|apagar|publicar|agendar|ouvir|comparar"
        "|traduzir|editar|corrigir|olhar|estudar|analisar|agradecer|procurar|perguntar|responder"
        "|entender|dizer|acabar)|(fiz|escrevi|postei|publiquei|vi|li|mandei|achei|ganhei|recebi"
        "|paguei|contratei|fizemos|postamos|vimos|lemos|fez|escreveu|postou|publicou|mandou|saiu"
        "|foi|tinha|teve|tava|estava)|(ideia|ideias)|(quantas|quantos)|deixa eu|tem|tinham|(vou"
        "|vamos|tenho que|temos que|devo|deveria|devia|lembra|lembrar|nao esquecer)|(ele|ela|eles"
        "|elas|quem|alguem|o cliente|a cliente|o pessoal|a galera)"
    ),
    (
        "(leer|ver|encontrar|revisar|aprobar|enviar|compartir|comprobar|discutir|hablar|saber"
        "|recordar|terminar|mirar|comprar|pagar|borrar|publicar|subir|programar|escuchar|comparar"
        "|traducir|editar|corregir|estudiar|analizar|agradecer|buscar|preguntar|entender|decir"
        "|acabar)|(hice|escribi|publique|subi|vi|lei|mande|encontre|gane|recibi|pague|contrate"
        "|hicimos|publicamos|vimos|leimos|hizo|escribio|publico|subio|mando|salio|fue|tenia|tuvo"
        "|estaba)|(idea|ideas)|dejame|tiene|tienen|debe|que tan|(cuantas|cuantos)|(voy a|vamos a"
        "|tengo que|tenemos que|debo|deberia|recuerda|recordar|no olvidar)|(ellos|ellas|quien"
        "|alguien|el cliente|la clienta|la gente)"
    ),
)
