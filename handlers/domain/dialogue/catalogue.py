"""Every text that people are sent, in each language."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from handlers.domain.dialogue.options import Option
from handlers.domain.orders.values import Language, Length, Platform, Tone, Topic


class TextKey(StrEnum):
    """What a text is for."""

    ASK_PLATFORM = "ask_platform"
    ASK_LENGTH = "ask_length"
    ASK_TONE = "ask_tone"
    ASK_TOPIC = "ask_topic"
    HOW_TO_ANSWER = "how_to_answer"
    """Below the numbered options, on channels that show text only."""
    ORDER_FAILED = "order_failed"
    JOB_FAILED = "job_failed"
    BUCKET_FAILED = "bucket_failed"
    CONTENT_READY = "content_ready"
    CONTENT_UNFULFILLED = "content_unfulfilled"
    ORDER_NUMBER = "order_number"
    """Before the id of an order."""


TEXTS: Final[Mapping[Language, Mapping[TextKey, str]]] = {
    Language.ENGLISH: {
        TextKey.ASK_PLATFORM: "📱 Which platform would you like content for?",
        TextKey.ASK_LENGTH: "📏 How long should it be?",
        TextKey.ASK_TONE: "🎨 Which tone would you like?",
        TextKey.ASK_TOPIC: "💡 Which topic should it focus on?",
        TextKey.HOW_TO_ANSWER: "Reply with a number or a name.",
        TextKey.ORDER_FAILED: (
            "⚠️ Sorry, your order could not be placed. Please send it again in a few minutes."
        ),
        TextKey.JOB_FAILED: (
            "⚠️ Sorry, work on your order could not be started. "
            "Please send it again in a few minutes."
        ),
        TextKey.BUCKET_FAILED: (
            "⚠️ Sorry, your order could not be saved yet. We keep trying; "
            "please send it again tomorrow if nothing comes."
        ),
        TextKey.CONTENT_READY: "✅ Your content is ready! Open the app to read it.",
        TextKey.CONTENT_UNFULFILLED: (
            "⚠️ Sorry, your content could not be written. "
            "Please send your order again, with a little more detail."
        ),
        TextKey.ORDER_NUMBER: "Order:",
    },
    Language.PORTUGUESE: {
        TextKey.ASK_PLATFORM: "📱 Para qual plataforma você quer o conteúdo?",
        TextKey.ASK_LENGTH: "📏 Qual deve ser o tamanho?",
        TextKey.ASK_TONE: "🎨 Qual tom você prefere?",
        TextKey.ASK_TOPIC: "💡 Qual deve ser o foco?",
        TextKey.HOW_TO_ANSWER: "Responda com um número ou um nome.",
        TextKey.ORDER_FAILED: (
            "⚠️ Desculpe, não foi possível registrar o seu pedido. "
            "Envie de novo em alguns minutos, por favor."
        ),
        TextKey.JOB_FAILED: (
            "⚠️ Desculpe, não foi possível começar o seu pedido. "
            "Envie de novo em alguns minutos, por favor."
        ),
        TextKey.BUCKET_FAILED: (
            "⚠️ Desculpe, ainda não foi possível salvar o seu pedido. Continuamos tentando; "
            "se nada chegar, envie de novo amanhã, por favor."
        ),
        TextKey.CONTENT_READY: "✅ Seu conteúdo está pronto! Abra o aplicativo para ler.",
        TextKey.CONTENT_UNFULFILLED: (
            "⚠️ Desculpe, não foi possível escrever o seu conteúdo. "
            "Envie o pedido de novo com um pouco mais de detalhe, por favor."
        ),
        TextKey.ORDER_NUMBER: "Pedido:",
    },
    Language.SPANISH: {
        TextKey.ASK_PLATFORM: "📱 ¿Para qué plataforma quieres el contenido?",
        TextKey.ASK_LENGTH: "📏 ¿Qué extensión debe tener?",
        TextKey.ASK_TONE: "🎨 ¿Qué tono prefieres?",
        TextKey.ASK_TOPIC: "💡 ¿En qué debe centrarse?",
        TextKey.HOW_TO_ANSWER: "Responde con un número o un nombre.",
        TextKey.ORDER_FAILED: (
            "⚠️ Lo sentimos, no se pudo registrar tu pedido. "
            "Envíalo de nuevo en unos minutos, por favor."
        ),
        TextKey.JOB_FAILED: (
            "⚠️ Lo sentimos, no se pudo empezar tu pedido. "
            "Envíalo de nuevo en unos minutos, por favor."
        ),
        TextKey.BUCKET_FAILED: (
            "⚠️ Lo sentimos, tu pedido aún no se pudo guardar. Seguimos intentándolo; "
            "si no llega nada, envíalo de nuevo mañana, por favor."
        ),
        TextKey.CONTENT_READY: "✅ ¡Tu contenido está listo! Abre la aplicación para leerlo.",
        TextKey.CONTENT_UNFULFILLED: (
            "⚠️ Lo sentimos, no se pudo escribir tu contenido. "
            "Envía tu pedido de nuevo con un poco más de detalle, por favor."
        ),
        TextKey.ORDER_NUMBER: "Pedido:",
    },
}

_NAMES: Final[Mapping[Option, str]] = {
    Platform.LINKEDIN: "LinkedIn",
    Platform.INSTAGRAM: "Instagram",
    Platform.TWITTER: "Twitter",
    Platform.BLOG: "Blog",
}

# A button shows 20 characters, and a tap comes back as its title alone.
TITLES: Final[Mapping[Language, Mapping[Option, str]]] = {
    Language.ENGLISH: {
        **_NAMES,
        Length.SHORT: "Short",
        Length.MEDIUM: "Medium",
        Length.LONG: "Long",
        Tone.PROFESSIONAL: "Professional",
        Tone.CASUAL: "Casual",
        Tone.FRIENDLY: "Friendly",
        Tone.AUTHORITATIVE: "Authoritative",
        Topic.TRENDS: "Trends",
        Topic.NEWS: "News",
        Topic.TIPS: "Tips",
        Topic.PRODUCT: "Product",
    },
    Language.PORTUGUESE: {
        **_NAMES,
        Length.SHORT: "Curto",
        Length.MEDIUM: "Médio",
        Length.LONG: "Longo",
        Tone.PROFESSIONAL: "Profissional",
        Tone.CASUAL: "Descontraído",
        Tone.FRIENDLY: "Amigável",
        Tone.AUTHORITATIVE: "Com autoridade",
        Topic.TRENDS: "Tendências",
        Topic.NEWS: "Notícias",
        Topic.TIPS: "Dicas",
        Topic.PRODUCT: "Produto",
    },
    Language.SPANISH: {
        **_NAMES,
        Length.SHORT: "Corto",
        Length.MEDIUM: "Medio",
        Length.LONG: "Largo",
        Tone.PROFESSIONAL: "Profesional",
        Tone.CASUAL: "Informal",
        Tone.FRIENDLY: "Cercano",
        Tone.AUTHORITATIVE: "De experto",
        Topic.TRENDS: "Tendencias",
        Topic.NEWS: "Noticias",
        Topic.TIPS: "Consejos",
        Topic.PRODUCT: "Producto",
    },
}
