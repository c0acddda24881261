-- Grain: one row per payment of an order and business day on which the order changed.
select
    order_id,
    sequence,
    method,
    installments as installment_count,
    amount_brl,
    changed_date
from {{ raw_changes('payments') }}
