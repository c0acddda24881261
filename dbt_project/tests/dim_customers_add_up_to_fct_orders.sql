-- One row when the customers' orders and worth differ in total from the orders of known customers.
with customers as (
    select
        sum(placed_order_count) as order_count,
        sum(net_revenue_brl) as net_revenue_brl
    from {{ ref('dim_customers') }}
),

orders as (
    select
        count(*) as order_count,
        sum(net_revenue_brl) as net_revenue_brl
    from {{ ref('fct_orders') }}
    where not is_guest
)

select *
from customers
cross join orders
where
    coalesce(customers.order_count, 0) <> orders.order_count
    or coalesce(customers.net_revenue_brl, 0) <> coalesce(orders.net_revenue_brl, 0)
