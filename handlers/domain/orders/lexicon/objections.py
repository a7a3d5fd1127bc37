"""What speaks against an order: negation, report, reminder and the like."""

from typing import Final

from handlers.domain.orders.phrases import phrase_set

NEGATIONS: Final = phrase_set(
    (
        "dont|do not|not|no|never|doesnt|didnt|wont|cant|cannot|shouldnt|wouldnt|isnt|havent"
        "|stop|no need|without|avoid|nor|dnt|neither|hold off|rather not|instead of|nobody"
        "|skip|hadnt"
    ),
    (
        "nao|nunca|jamais|nem|sem|num precisa|para de|pare de|deixa de|ninguem|n|naum|nenhum"
        "|nenhuma|em vez de|ao inves de|evita|evite|chega de|dispensa"
    ),
    (
        "no|nunca|jamas|ni|sin|tampoco|nadie|deja de|dejen de|en vez de|en lugar de|ningun"
        "|ninguna|evita"
    ),
)
NOT_NEGATIONS: Final = phrase_set(
    (
        "if its not|not too much trouble|not too much to ask|if thats not|why dont you"
        "|why dont we|if you dont mind|why not|no problem|no worries|if not|cant you"
        "|couldnt you|wont you|not only|no rush"
    ),
    (
        "se nao for|se nao se importar|se nao der trabalho|por que nao|por que vc nao"
        "|por que voce nao|sem pressa|sem problema|nao pode|nao consegue|nao quer|nao da pra"
        "|nao tem como|nao so|sera que (voce|vc|) nao"
    ),
    (
        "si no es|si no te importa|si no le importa|si no fuera|por que no|por que no me"
        "|sin prisa|sin apuro|no puedes|no podes|no podrias|no me haces|no solo"
        "|si no es molestia|no hay problema"
    ),
)
REPORTS: Final = phrase_set(
    (
        "said|says|told|tells|asked|asks|suggested|suggests|wants|wanted|thinks|thought|wrote"
        "|writes|insists|insisted|requested|mentioned|proposes|proposed|recommends"
        "|recommended|texted|emailed|replied|advice|saying|quote|yelled|demanded|keeps|kept"
        "|asking|telling|according|tweeted|goes|brief|reads|assignment"
    ),
    (
        "quer que (voce|vc|tu)|disse|diz|falou|fala que|falaram|pediu|pede|pediram|mandou"
        "|mandaram|sugeriu|sugere"
        "|acha|achou|quis|respondeu|escreveu|comentou|perguntou|propos|recomendou|recomenda"
        "|dizendo|falando que|disseram|aconselhou|insiste|insistiu|pedindo|pedido|segundo"
        "|conselho|diziam|dizia|falava|pedia|orientou"
    ),
    (
        "dijo|dice|dicen|dijeron|pidio|piden|pide|pidieron|mando|sugirio|sugiere|piensa"
        "|respondio|escribio|comento|pregunto|propuso|recomendo|recomienda|decia|diciendo"
        "|insiste|insistio|quiere|quieren|contesto|segun|consejo|pidiendo|aconsejo|suelta"
        "|ordeno|grito"
    ),
)
# Whoever adds this makes the wish his own: 'she asked and I agree: …'.
ACCEPTED: Final = phrase_set(
    "i (fully |totally |)agree|(hes|shes|theyre|she is|he is|they are) right|so lets|good idea"
    "|i said (yes|ok|sure)|fair enough|im with (him|her|them)",
    "(eu |)(concordo|topei|aceitei)|tem razao|ta certo|ta certa|boa ideia|falei que sim",
    "(estoy |)de acuerdo|tiene razon|tienen razon|buena idea|acepte|le dije que si",
)
# Behind what was said they tell whose words it was: 'write a post, said my wife'.
AFTER_SAYING: Final = phrase_set(
    (
        "thats what (he|she|they|my|the)|(he|she|they) (said|says|goes|told|asked)|his words"
        "|her words|apparently"
    ),
    (
        "foi o que (ele|ela|o|a|minha|meu)|(ele|ela|eles) (disse|falou|pediu|fala|diz)"
        "|palavras (dele|dela)|segundo"
    ),
    "(fue|es) lo que|(me |nos |)(dijo|dice|pidio|decia|dijeron)|segun|palabras de",
)
# A note's heading: what follows its colon or dash is written down, not ordered.
HEADINGS: Final = phrase_set(
    (
        "reminder|remember|remind|note to self|note|notes|todo|todos|to do|to dos|task|tasks"
        "|checklist|agenda|next steps|next step|action items|action item|plan|goals|goal|list"
        "|homework|advice|lesson|lessons|rule|step|write down|jot down|pending"
        "|priorities|learnings|meeting|takeaway|quote|later|dont forget|idea|ideas|thought"
        "|thoughts|brainstorm|concept|tip|agreed|job|question|minutes|recap"
    ),
    (
        "lembrete|lembrar|lembra|lembre|nao esquecer|nao esquece|tarefa|tarefas|pauta|pautas"
        "|afazeres|pendencia|pendencias|pendente|pendentes|proximos passos|proximo passo"
        "|plano|metas|meta|lista|conselho|licao|regra|passo|anota|anotar"
        "|anote|nota|notas|prioridades|reuniao|ideia|ideias|insight|dever de casa|depois"
        "|a fazer|combinado|ficou combinado|checklist|aula|resumo|decidimos"
    ),
    (
        "recordatorio|recordar|recuerda|recuerdame|acordarme|acordate|tarea|tareas|pendiente"
        "|pendientes|proximos pasos|proximo paso|plan|metas|objetivos|lista"
        "|consejo|leccion|regla|paso|anota|anotar|apunta|apuntar|nota|notas"
        "|prioridades|reunion|idea|ideas|deberes|no olvidar|no olvidarme|quehaceres|por hacer"
        "|quedamos|acuerdo|clase|resumen"
    ),
)
# As a heading these stand alone: 'tomorrow: call the bank, …'.
DAYS: Final = phrase_set(
    (
        "today|tomorrow|(this|next) (week|month)|monday|tuesday|wednesday|thursday|friday"
        "|saturday|sunday|weekend"
    ),
    (
        "hoje|amanha|(essa|esta) semana|semana que vem|segunda|terca|quarta|quinta|sexta|sabado"
        "|domingo"
    ),
    (
        "hoy|manana|esta semana|la semana que viene|lunes|martes|miercoles|jueves|viernes|sabado"
        "|domingo"
    ),
)
# A thought that comes before an order and does not take it back: 'I had an idea: write …'
HAD_IDEA: Final = phrase_set(
    (
        "had an idea|have an idea|got an idea|had this idea|had a thought|ive got an idea"
        "|an idea came|have a task for you|task for you|job for you|question for you"
    ),
    (
        "tive uma ideia|tenho uma ideia|me veio uma ideia|tive ideia|uma tarefa pra voce"
        "|tenho uma tarefa"
    ),
    "tuve una idea|tengo una idea|se me ocurrio|se me ocurre|una tarea para ti|tengo una tarea",
)
HEDGES: Final = phrase_set(
    (
        "maybe|perhaps|(i|we|they|he|she|it|that|this) might|might (be|do|make|work)|possibly"
        "|someday|one day|thinking of|thinking about|considering|at some point|eventually|if only"
        "|(if|once|when|whenever|as soon as|after|until) (we|i|they|the|it|he|she|this|that|our"
        "|my|a|his|her|their)|unless"
    ),
    (
        "talvez|quem sabe|um dia|algum dia|pensando em|de repente|se eu|se a gente|se nos|sei la"
        "|assim que|depois que|(quando|ate) (eu|a gente|o|a|os|as|ele|ela|sair|chegar|fechar)"
        "|se (o|a|os|as|esse|essa|isso|tudo|ele|ela|meu|minha)"
    ),
    (
        "quizas|quiza|tal vez|talvez|a lo mejor|algun dia|pensando en|estaria bien|capaz"
        "|puede que|si hacemos|si yo|si nosotros|un dia|en cuanto|una vez que|hasta que"
        "|cuando (yo|el|la|los|las|se|me|salga|llegue|tenga|este|haya|nos)|si (el|la|los|las|se"
        "|nos|esto|eso|todo|mi|este|esta)"
    ),
)
DEFERRALS: Final = phrase_set(
    (
        "later|someday|one day|eventually|at some point|some time|sometime|another day"
        "|later on|next month|next year|down the line|not now|in the future|this weekend"
        "|next week|next time"
    ),
    (
        "depois|mais tarde|um dia|algum dia|outro dia|mais pra frente|mais para frente"
        "|outra hora|futuramente|ano que vem|mes que vem|quando der tempo|semana que vem"
        "|no futuro|sei la|fim de semana"
    ),
    (
        "luego|mas tarde|algun dia|otro dia|mas adelante|despues|en el futuro"
        "|el ano que viene|el mes que viene|la semana que viene|este finde|un dia de estos"
        "|este fin de semana"
    ),
)
CANCELS: Final = phrase_set(
    (
        "never mind|nevermind|nvm|forget it|forget that|forget about it|scratch that|cancel that"
        "|cancel it|actually no|actually dont|on second thought|on second thoughts|no wait dont"
        "|jk|just kidding|wait no|dont bother|leave it|ignore that|disregard|not (today|now|yet"
        "|this time)|actually not|strike that|ignore this|not needed"
    ),
    (
        "deixa pra la|deixa para la|deixa quieto|deixa|esquece|esqueca|cancela|melhor nao"
        "|na verdade nao|pensando bem nao|nao precisa|nao precisa mais|ah nao|brincadeira|ignora"
        "|(hoje|agora|ainda) nao|nao (hoje|agora)|desconsidera|desconsidere|pode ignorar"
        "|mudei de ideia|nao faz nada"
    ),
    (
        "olvidalo|olvidate|olvidalo mejor|mejor no|dejalo|dejalo asi|dejalo estar|cancela"
        "|cancelalo|(hoy|ahora|todavia|aun) no|no (hoy|ahora|todavia)|no mejor|nada olvidalo"
        "|ya no|era broma|ignoralo|ignora|no hace falta|ni modo|mejor olvidalo|cambie de idea"
        "|deja|no nada|no nada olvidalo|pensandolo bien no|dejemoslo"
    ),
)
# As a clause of its own behind an order: 'a post on the route, not before May'.
NOT_YET: Final = phrase_set(
    "not (before|until|till|yet)|but not (before|until|till|yet|now)|only (after|once|when)",
    "(so|mas so|somente) (depois|quando)|nao antes|antes nao|mas ainda nao",
    "(solo|recien|pero solo|pero recien) (despues|cuando)|no antes|antes no|pero (todavia|aun) no",
)
HABITS: Final = phrase_set(
    (
        "every day|daily|each day|every week|each week|weekly|a day|per day|per week|a week"
        "|every month|every morning|every monday|every friday|once a|twice a"
    ),
    (
        "todo dia|todos os dias|toda semana|por semana|por dia|cada dia|cada semana|todo mes"
        "|ao dia|toda segunda|toda sexta|diariamente|sempre"
    ),
    (
        "todos los dias|cada dia|cada semana|al dia|a la semana|por semana|por dia|diario"
        "|cada mes|cada lunes|siempre|todas las semanas"
    ),
)
DUTIES: Final = phrase_set(
    (
        "need to|i need to|have to|i have to|must|i must|gotta|got to|we need to|we have to"
        "|should|going to|tomorrow|gonna|i will|ill"
    ),
    "tenho que|preciso|precisamos|temos que|tem que|devo|vou|amanha|falta|ha que|tenho de",
    "tengo que|tenemos que|debo|hay que|voy a|me toca|necesito|manana|falta|toca",
)
