"""What tells that content is somebody's, judged, late or wished for in vain."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set, word_set

# Behind content these say whose it is or where it stands: 'a post you like'.
RELATED: Final = phrase_set(
    (
        "(that |which |)(you|i|he|she|they|we) (just |already |recently |)(like|liked|love|loved"
        "|saw|read|wrote|found|shared|posted|published|mentioned|enjoyed|admire|recommend|sent"
        "|made|did|rate|think|thought)"
    ),
    (
        "(de |)que (voce|vc|tu|eu|ele|ela|eles|a gente|) (gosta|gostou|viu|leu|vi|li|escreveu"
        "|achou|compartilhou|postou|publicou|curtiu|curte|mandou|fez|falou|mencionou|recomenda)"
    ),
    (
        "que (te|le|les|me|) (gusto|guste|gusta|encanto|mola)|que (tu |vos |usted |yo |)(viste"
        "|leiste|escribiste|encontraste|compartiste|publicaste|hiciste|recomiendas|vi|lei"
        "|mandaste|mencionaste|vio|leyo|mando)"
    ),
)
# Where content stands that is out already: 'article in the Guardian', 'artigo no Valor'.
OUT_IN: Final = phrase_set("by", "in (the|a|todays)", "(no|na|num|numa)", "en (el|la|un|una)")
STILL_OURS: Final = word_set(
    "style form format voice tone spirit vein estilo tom formato forma linha mesmo mesma linguagem "
    "tono voz linea mismo misma lenguaje onda same name first style portugues ingles espanhol "
    "espanol nosso nossa newsletter site pagina page website perfil feed"
)
# A verdict on what was read, apart from 'make it good'.
VERDICTS: Final = phrase_set(
    "but (good|great|nice|funny|dull|boring|useful|worth|true)|(really|very|so|pretty|quite"
    "|rather) (good|great|interesting|funny|boring|dull|useful|sad)|(brutal|great|good|nasty"
    "|weird|lovely) (comments|replies|photos|quotes)|too (much|many) (text|slides|words)",
    "(e|mas) (bom|boa|otimo|otima|chato|chata|util|otimos)|(muito|bem) (bom|boa|interessante"
    "|chato|util)",
    "(y|pero) (bueno|buena|aburrido|util|malo)|(muy|bien) (bueno|buena|interesante|aburrido|util)",
)
# Where content stands in its making; none is ordered that is pending.
STATUS: Final = phrase_set(
    (
        "pending|waiting (for|on)|awaiting|(up|down) (from|to|by|1|2|3|4|5|6|7|8|9|on)|open rate"
        "|click rate|approved|scheduled|overdue (since|from)|traffic|still (missing|waiting|not"
        "|with)|signed off|(sent|handed|given) to"
    ),
    (
        "falta (a|o|as|os|foto|revisar|aprovar|so|link|arte|imagem|gravar|enviar)|pendente"
        "|aguardando|aprovado|aprovada|(ainda |)nao (aprovou|aprovado|saiu|chegou)|agendado"
        "|agendada|revisado|revisada|ja (mandou|mandei|enviado|enviada|foi|esta|ta)|gravado"
        "|gravada|atrasado|atrasada|em revisao"
    ),
    (
        "falta (la|el|las|los|foto|revisar|aprobar|solo|link|imagen|grabar|enviar)|pendiente"
        "|esperando|aprobado|aprobada|programado|programada|revisado|revisada|ya (mando|esta"
        "|enviado|enviada|fue|quedo|lo|la)|grabado|grabada|atrasado|atrasada|en revision"
        "|en imprenta"
    ),
)
# A wish of the past; with one of the next phrases it came to nothing.
PAST_WISHES: Final = phrase_set(
    "id ask (you |)for|(was|were|id been|had been) (hoping|looking|wanting|after|expecting)"
    "|wanted|needed|hoped"
    "|expected|asked for",
    "pediria|queria|esperava|precisava|queriamos|esperavamos",
    "pediria|queria|esperaba|necesitaba|queriamos|esperabamos|quise",
)
IN_VAIN: Final = phrase_set(
    (
        "(better|longer|shorter|bigger|nicer|stronger|more|cheaper)|from (the|our|my|his|her"
        "|their)|but (nobody|no one|he|she|they|it|the|instagram|linkedin|twitter|never|got|we)"
        "|and (nobody|no one|got|never)|instead (i|we) got|turned out|ended up"
    ),
    (
        "(melhor|maior) (da|do|de|que)|veio|vieram|mas (a|o|ele|ela"
        "|eles|ninguem|nao|veio|mandaram|fizeram)|e (ninguem|mandaram|veio|fizeram)|acabou"
    ),
    (
        "(mejor|mayor) (de|del|que)|pero (la|el|ellos|ella|nadie|no|me|nos|llego|vino|salio)"
        "|y (nadie|mandaron|llego|vino|hicieron|me dieron|nos dieron)|acabo|termino siendo"
    ),
)
# Asked out of curiosity, or of what would be if.
HYPOTHETICAL: Final = phrase_set(
    "just (curious|wondering out loud)|only curious|hypothetically|in theory|if i (asked|were to"
    " ask|ever asked)|hypothetical question",
    "so (curiosidade|por curiosidade|uma curiosidade)|curiosidade (so|apenas|minha)|se eu (te |"
    "|)pedisse|hipoteticamente|em teoria|em tese",
    "(por |)(pura |)curiosidad (nada mas|nomas|no mas)|(solo|nomas) (por |)curiosidad|si te (lo"
    " |la |)(pidiera|pidiese)|hipoteticamente|en teoria",
)
# 'Short posts do better': what is said of content in general.
GENERALITIES: Final = word_set(
    "do does get gets perform performs work works are is take takes make makes need needs should "
    "always never tend tends sao dao rendem funcionam precisam tem fazem geram vendem cansam son "
    "dan rinden funcionan necesitan tienen hacen generan venden cansan deben"
)
