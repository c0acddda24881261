-- One row when more than one paid order in a hundred was not paid with exactly what its kept lines and freight cost.
-- Of an order that came back the refund may not be recorded: what it cost before will do.
select
    count(*) as paid_order_count,
    count(*) filter (
        where
            paid_brl <> net_revenue_brl + freight_brl
            and (status <> 'returned' or paid_brl <> revenue_brl + freight_brl)
    ) as mismatch_count
from {{ ref('fct_orders') }}
where not is_cancelled and paid_brl is not null
having mismatch_count > 0.01 * paid_order_count
