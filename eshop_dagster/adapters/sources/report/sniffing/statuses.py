"""What a shop's words for the state of an order mean."""

import re

from eshop_dagster.adapters.sources.report.sniffing.roles import bare, by_bare_word

STATUS_WORDS: dict[str, str] = {
    "created": "em aberto, created, pending, open, new, on hold, unpaid, awaiting payment, criado, "
    "pendente, aberto, novo, "
    "aguardando pagamento",
    "approved": "authorized, payment approved, pagamento confirmado, approved, paid, confirmed, aprovado, "
    "pago, confirmado, pagamento aprovado",
    "processing": "a enviar, em andamento, verificado, handling, ready for handling, preparando entrega, "
    "processing, in process, "
    "preparing, processando, em processamento, em separacao, em preparacao, "
    "preparando",
    "invoiced": "invoiced, billed, faturado, nota emitida",
    "shipped": "shipped, in transit, sent, dispatched, enviado, em transporte, em transito, despachado, postado, "
    "saiu para entrega, a caminho, em caminho",
    "delivered": "atendido, arquivado, delivered, complete, completed, closed, done, resolved, "
    "entregue, concluido, finalizado, completo",
    "unavailable": "unavailable, out of stock, indisponivel, sem estoque",
    "cancelled": "expired, venda cancelada, cancelled, canceled, cancel, void, voided, cancelado, cancelada, "
    "estorno de pedido",
    "returned": "returned, return, refunded, refund, returned to seller, devolvido, devolvida, devolucao, estornado, "
    "reembolsado, troca",
}
_STATUS_OF = by_bare_word(STATUS_WORDS)


def status_of(word: str) -> str | None:
    """The contract's status that a shop's word means, if it is a known one."""
    return _STATUS_OF.get(bare(word))


def probable_status_of(word: str) -> str | None:
    """The status that a part of an unknown word tells, such as `Cancelado pelo vendedor`."""
    if re.search("partial|parcial", bare(word)):
        return None
    return next((status for parts, status in _STATUS_PARTS.items() if re.search(parts, bare(word))), None)


_STATUS_PARTS = {
    "cancel|naoaprovado|recusad|declined|negad": "cancelled",
    "devolv|devoluc|refund|reembols|estorn|returned": "returned",
    "naoentreg|notdelivered|extravi|aguard|penden|await|pending": "",
    "entregue|delivered": "delivered",
    "enviado|emtransito|emtransporte|shipped|despachad|acaminho": "shipped",
    "faturad|invoiced": "invoiced",
    "pago$|aprovad|approved|^paid": "approved",
}
"""By a part of a word; an empty status is none that can be told."""
