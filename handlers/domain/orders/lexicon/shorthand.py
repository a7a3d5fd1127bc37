"""What people type in the place of words."""

from typing import Final

from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.values import Language


def _shorthand(text: str) -> dict[str, str]:
    pairs = (each.split("=") for each in text.split())
    return {short: whole for shorts, whole in pairs for short in shorts.split(",")}


SHORTHAND: Final = {
    Language.ENGLISH: _shorthand(
        "u,yu,yoo=you ur=your r=our n,nd=and w=with cn,kan,cna=can cld,cud,culd,coud,coudl=could "
        "wld,wud,woud,woudl=would abt,abot,abut,aboout,bout=about teh,th,da=the "
        "ned,nede,neeed=need gime,gimmie,gimmi=gimme txt=text twt,twet,twit=tweet "
        "wrte,wriet,wrtie,wirte,wite,rite=write shud=should pst=post "
        "aricle,artical,artikle=article capton,capion,capshun=caption "
        "plese,pleas,pleease,plsss=please wnt=want smthn,somthing,sumthing,smthng=something "
        "mk,mke=make crete,craete,creat=create drft,darft=draft fr,4=for thred,thead=thread "
        "hlp=help lil=little tmrw,tmr,2moro=tomorrow wana=wanna nede=need i'd=id"
    ),
    Language.PORTUGUESE: _shorthand(
        "q,qe,ke,k=que d,di=de p=para c=com n,naum=nao qro,kero,qero,qeru,queru=quero "
        "precizo,presiso,prciso,preciso=preciso txt,testo=texto hj=hoje amn,amanha=amanha "
        "dps=depois mt,mto=muito qdo,qd=quando aki=aqui fzr,faze,fase=fazer fais,fas=faz eh=e "
        "escrev=escreve twitte,tuit,twit,tuti=tuite pos,psot=post artg=artigo legnda=legenda "
        "vcs=voce s=sem pq=porque xamada=chamada posti=post gostari=gostaria kd=cade t=te m=me"
    ),
    Language.SPANISH: _shorthand(
        "q,k,ke,qe=que d,dl=de kiero,qiero,qero,kero=quiero "
        "nesecito,nesesito,necesto,nececito,nesito,necesitoo=necesito t=te m=me mnn,mnna=manana "
        "bn=bien toy=estoy tngo=tengo xq,pq=porque hasme,asme,haszme=hazme has,haz=haz "
        "txt,testo=texto escriveme,escribme=escribeme ps=pues tmb,tb=tambien publi=publicacion "
        "pos,psot=post articlo=articulo porq=porque pofa,porfavo=porfa aki=aqui n=en"
    ),
}
# These are words of their own, not slips.
NO_SLIPS: Final = word_set(
    "legend legends tread treads crate crates cation conten artist cast compse lined text texts "
    "prepar redacta compone compose crear genera generar pegar montar produce produc tweeter "
    "escriba escribe escrive publica publicas newsletters paragraphs headline headlines content "
    "contents continue entrada entradas posters poster stores store stoes strips script dados "
    "update updates announcement armando haciendo hacen hacer creando fazendo elabora prepara"
)
# Forms of Portuguese and Spanish verbs lie too near to one another for more of them.
OFTEN_SLIPPED: Final = word_set(
    "please necesito preciso quisiera gostaria necesitamos precisamos create generate prepare "
    "escreve escreva escribe escribeme redacta transforma convierte"
)
