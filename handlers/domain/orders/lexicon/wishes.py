"""How people tell what they wish for or need."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set, word_set

# The speaker's own wish; content follows that is not there yet.
_NICE: Final = (
    "great|good|nice|lovely|cool|amazing|awesome|brilliant|fab|perfect|ideal|handy|helpful|useful"
    "|fantastic|wonderful|super|ace"
)
_BOM: Final = (
    "bom|otimo|legal|massa|top|show|perfeito|maravilhoso|lindo|interessante|bacana|incrivel|ideal"
)
_BUENO: Final = (
    "bueno|bien|genial|buenisimo|ideal|perfecto|padre|chido|increible|estupendo|fantastico|lindo"
    "|maravilloso|joya|barbaro|copado|guay|de lujo|padrisimo|chidisimo|lindisimo|barbaro|buenazo"
    "|brutal"
)
WISHES: Final = phrase_set(
    (
        "(i|we|ill|well) (need|want|require|request|fancy|wanna|gotta have|wish)|(i|we|id"
        "|wed) (really|just|also|still|actually|kinda|basically|definitely|desperately"
        "|urgently) (need|want|like|love|require|could use|could do with)|(id|wed|i would"
        "|we would|i d|we d) (like|love|need|want|appreciate|prefer|kill for|go for|be up for"
        "|be keen on|be happy with|welcome)|(id|wed|i would|we would) (like|love|need"
        "|want) to (have|get|see|request|order)|(im|were|i am|we are|) (looking for|after"
        "|in need of|wanting|needing|hoping for|requesting|ordering|keen on|craving|hoping to get"
        "|looking to get|desperate for|gonna need|going to need|in the mood for|dying for)|(could"
        "|can) (i|we) (get|have|grab|please have|please get|just get|just have|order|request"
        "|ask for|bother you for)|(may|might|please can) (i|we) (get|have)|(please |)let me (get"
        "|have)|lets (have|get)|(i|we|) (could|can) (really |)(use|do with)|(could|can) (really "
        "|)(use|do with)|(could |)(really |)(use|do with|need|want) (a hand|a bit of help"
        "|some help|help|your help) (with|on)|(would|d) (love|like|appreciate|fancy)|want|need"
        "|wanting|needing|fancy|what (i|we) (want|need|really need|really want) (is|now is)"
        f"|what (id|wed) like is|be ({_NICE}) (to have|to get|to see|having|to receive|if i had"
        "|if we had|if i could get|if we could get|if i could have|if we could have)"
        f"|be ({_NICE}) with|wouldnt (mind|say no to)|need (some |a bit of |a little |a |)(help"
        "|hand) (with|on)|(to |)ask (you |)for|(ask|asking|request|requesting) for|(trouble"
        "|bother|pester) (you|u) for|(counting|relying|banking) on (you|u) for|(do me|do us)"
        "|time (we|i|you) (had|got|did|wrote|have)|lets go (with|for)|do with (a hand|some help"
        "|help) (with|on)|(help|assist) (me|us) with|(can|could|would|will) you (please "
        "|) help (me |us |) with|(ill|i will|well) (take|have|need|go for|want)|(i|id) (request"
        "|order)|want to (order|request|get|have)|(any |)chance of|(just |only |all thats |now "
        "|were |)(missing|lacking)|how about|ready for|in for|time for|do with|hit (me|us) with"
        "|sort (me|us) out with|crying out for|(please |)may i have|id be grateful for|(grateful"
        "|thankful) for|appreciate|what (i|id) (want|need|like) from you is|call for|calls for"
        "|deserves|(fix|solve) (that|this|it) with|asking (you|u) for|(crack on|get on|run) with"
        "|get (going|started|cracking) (on|with)|start on"
        "|(revert|reply) with|(come|get) back (to me |to us |)with|(im|were) short (of|on)"
    ),
    (
        "(o que |)(eu |)(quero|preciso|queria|gostaria) (e|era|mesmo e|de e)|quero|queremos"
        "|queria|queriamos|gostaria (de|)|gostariamos (de|)|(preciso|precisamos|precisava"
        "|precisaria|precisavamos) (de|)|(to|tou|estou|tamo|tava|estava|estamos) (precisando"
        "|querendo|precisado|precisada|atras|necessitando|afim|a fim) (de|)|precisando (de|)"
        "|querendo|adoraria|amaria|(quero|queria|gostaria de|adoraria) (ter|receber|pedir"
        "|solicitar|encomendar|ver)|(te |)(peco|pedir|solicito|encomendo|agradeceria|pediria"
        "|agradeco)|posso ter|(vou|vamos) (querer|precisar) (de|)|me ve|necessito (de|)|(agora "
        "|so |ainda |me |)(falta|faltam)|(conto|contava|contando|conta) com (voce|vc) (pra|para"
        "|p)|(voce |vc |)(consegue|conseguiria|consegues|descola|arranja)|(sera que |)(rola"
        "|rolaria|rolava)|que tal (vc |voce |)fazer|(queria|quero|preciso de) (uma |)(ajuda|mao"
        "|forca) (com|pra|para)|(me |)(ajuda|ajude|ajudar) (aqui |)(com|num|numa|no|na)|(me "
        "|)da uma (forca|mao|mãozinha) (com|num|numa|no|na)|uma mao com|bora de"
        "|fazer um pedido de|tem como (me |)(ver|arrumar|sair|ter)|(seria|ia ser|vai ser|fica"
        f"|ficaria) ({_BOM}) (ter|receber|)|(cairia|cai|ia cair|caia|vai|viria|vinha) (muito "
        "|super |)(bem|a calhar)|hora de|quero um pedido de|desejo|(ficaria|fico|ia ficar) (feliz"
        "|grato|grata) com|(quero|queria|gostaria|preciso) que (saia|saisse|tenha|tivesse|role"
        "|rolasse|exista)|(vamos|vamo|bora|vai) (de|com)|solicitar|solicitando|merece|pede|pedia"
        "|resolve isso com|agiliza|adianta|corre com"
    ),
    (
        "(lo que |)(quiero|necesito|quisiera|ocupo|preciso) es|se me antoja|(quiero|queremos"
        "|quisiera|quisieramos|querria|querriamos)|(me|nos) (gustaria|encantaria|urge|interesa"
        "|interesaria|hace falta|hacen falta|serviria|falta|haria falta|late|apetece|copa|copaia)"
        f"|(me|nos) (vendria|caeria|viene|cae|vendrian) (muy |super |)({_BUENO})|(vendria"
        f"|caeria) (muy |super |)({_BUENO})|(necesito|necesitamos|necesitaria|necesitariamos|ocupo"
        "|ocupamos|ocuparia|preciso|precisamos|requiero|requerimos|busco|buscamos)|(ando|estoy"
        "|estaba|estamos|andamos) (buscando|necesitando|queriendo|precisando|ocupando)|(te|le|os"
        "|les|) (pido|agradeceria|agradezco|pediria|encargo)|solicito|solicitamos|(quiero|queria"
        "|quisiera|querria|me gustaria) (pedirte|pedirle|pedirles|pedir|tener|recibir|encargarte"
        "|encargar|solicitar|ver)|desearia|queria|hacia falta|hace falta|haria falta|(solo "
        "|ahora |)(me |nos |)falta|(necesito|quiero|ocupo) (una |)(ayuda|mano) con|(me |nos "
        "|)(ayudas|ayudame|ayudarme|ayuda|ayudeme|ayudarias) con|(una mano|ayuda) con|te encargo"
        "|(cuento|contaba|contamos|contando) (contigo|con vos|con usted) para|(quiero|quisiera"
        "|necesito) que (salga|haya|saliera|hubiera|tengamos)|(vamos|venga|dale|arranca"
        f"|arranquemos) con|(estaria|seria|quedaria) ({_BUENO}) (tener|recibir|contar con|)|(me "
        "|)(echas|echame|das|dame|tiras|tirame|echarias|darias) (una|la|una pequena) mano con"
        "|(arreglalo|solucionalo|arregla eso) con|(apurate|apurale|metele|arranca|arrancate"
        "|ponte|ponete|sigue|segui) con|(encargate"
        "|ocupate) de|se (requiere|necesita|solicita)|merece|(toca|va) "
    ),
)
# Of these, other people may be meant: they count only where nobody else stands before.
WISHES_OF_ANYBODY: Final = word_set(
    "want need wanting needing fancy queria gostaria precisava adoraria rola rolaria querendo "
    "precisando would d could can what looking requesting ordering in after hoping help vendria "
    "falta faltam missing lacking consegue conseguiria caeria hace hacia haria ayuda seria "
    "estaria cairia vai cai merece pede pedia deserves calls call toca va keen craving how time "
    "ready hora viria preciso precisa do wouldnt be crying"
)
# A wish to make something oneself, with an assistant's help: an order if nothing puts it off.
WISHES_TO_MAKE: Final = phrase_set(
    (
        "(id|wed|i would|we would|i|we|would) (really |just |)(like|love|want|wanna|fancy) (to|)"
        f"|wanna|want to|(be|) ({_NICE}) to|looking to|keen to|im (up for|hoping to)|hoping to"
        "|trying to get"
    ),
    (
        "quero|queria|gostaria (de|)|queremos|queriamos|gostariamos (de|)|(to|estou|tou|tava"
        f"|estava) (querendo|a fim de|afim de)|adoraria|(seria|ia ser) ({_BOM})|(dava|daria) (pra"
        "|para)|penso em"
    ),
    (
        "quiero|queremos|quisiera|(me|nos) (gustaria|encantaria|apetece)|quisieramos|querria"
        f"|(estaria|seria|vendria) ({_BUENO})|queria|tengo ganas de"
    ),
)
# What has to be done some day: a reminder, unless more is said of the content.
NEEDS_TO_MAKE: Final = phrase_set(
    "(i|we|) (need|have|really need|also need) to|(i|we) (must|gotta)|got to",
    "preciso (muito |)|precisamos|necessito|precisava|(tenho|temos|tem) (que|de)",
    "necesito|necesitamos|ocupo|preciso|(tengo|tenemos|hay) que|toca",
)
