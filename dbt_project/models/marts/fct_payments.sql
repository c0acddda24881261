-- Grain: one row per payment of an order, as last known; a refund is negative.
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders', on_schema_change='fail') }}

select
    payments.order_id,
    payments.sequence,
    touched.ordered_date,
    payments.method,
    payments.installment_count,
    payments.amount_brl,
    payments.changed_date
from {{ ref('stg_raw__payments') }} as payments
inner join {{ ref('int_orders__touched') }} as touched using (order_id, changed_date)
where {{ only_newest_days('payments') }}
