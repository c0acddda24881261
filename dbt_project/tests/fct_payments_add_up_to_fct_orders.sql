-- One row when the payments and the orders' paid amounts differ in number or in total.
with payments as (
    select
        count(*) as payment_count,
        sum(amount_brl) as paid_brl
    from {{ ref('fct_payments') }}
),

orders as (
    select
        sum(payment_count) as payment_count,
        sum(paid_brl) as paid_brl
    from {{ ref('fct_orders') }}
)

select *
from payments
cross join orders
where
    payments.payment_count <> coalesce(orders.payment_count, 0)
    or payments.paid_brl is distinct from orders.paid_brl
