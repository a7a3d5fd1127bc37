"""The names of the languages, and the words by which they are told."""

from typing import Final

from handlers.domain.orders.lexicon.styles import Texts
from handlers.domain.orders.values import Language

LANGUAGE_NAMES: Final[dict[Language, Texts]] = {
    Language.ENGLISH: ("english|englsh", "ingles|inglesa", "ingles|inglesa"),
    Language.PORTUGUESE: (
        "portuguese|brazilian portuguese|portugese",
        "portugues|portuguesa",
        "portugues|portuguesa",
    ),
    Language.SPANISH: ("spanish|castilian", "espanhol|castelhano", "espanol|castellano|espanola"),
}
FUNCTION_WORDS: Final[dict[Language, str]] = {
    Language.ENGLISH: (
        "the an and of to is are was were i you my your about for with this that our we it"
        " its what how please pls thanks can could would will need want write make im id ive"
        " dont just from at by have has be not so but if or they he she them some any on when"
        " why there hey hi hello good morning ok up create draft give let lets turn into get"
        " did do does as me been had"
    ),
    Language.PORTUGUESE: (
        "que no se como um uma uns umas nao pra pro pros pras da do das dos na nas nos em com"
        " eu voce vc vcs meu minha nosso nossa isso isto esse essa mais mas foi ta to tava"
        " faz e ao aos pela pelo oi ola bom boa obrigado obrigada quero preciso queria"
        " gostaria por favor pfv pf muito tem ser sao fazer escrever escreve escreva cria"
        " crie sem ate ja so aqui ai entao gente num numa como dicas hoje ontem amanha ele"
        " ela eles elas quando porque tudo bem me mim fiz vou falou os as seu sua tem"
        " primeiro dele dela depois mesmo ainda ser estou sou dia semana novo nova"
    ),
    Language.SPANISH: (
        "el la los las un una unos unas y en con del al es lo mi yo tu esto eso esta este"
        " nuestra nuestro muy pero hoy ayer hola quiero necesito hazme haz por favor porfa"
        " gracias una para que se le les su sus mas ya si no como hacer escribir escribe"
        " escriba hace fue son estan hay sin hasta bueno pues oye che buenas buenos dias"
        " tardes me te nos cuando porque todo bien ellos ella usted ustedes puedes podes"
        " podrias quisiera sobre ahora manana pa"
    ),
}
