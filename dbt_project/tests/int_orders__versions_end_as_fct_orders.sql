-- One row when the versions that still hold differ in number or in money from the orders as last known.
with versions as (
    select
        count(*) as order_count,
        sum(revenue_brl) as revenue_brl,
        sum(returned_brl) as returned_brl
    from {{ ref('int_orders__versions') }}
    where known_until_date is null
),

orders as (
    select
        count(*) as order_count,
        sum(revenue_brl) as revenue_brl,
        sum(returned_brl) as returned_brl
    from {{ ref('fct_orders') }}
)

select *
from versions
cross join orders
where
    versions.order_count <> orders.order_count
    or versions.revenue_brl is distinct from orders.revenue_brl
    or versions.returned_brl is distinct from orders.returned_brl
