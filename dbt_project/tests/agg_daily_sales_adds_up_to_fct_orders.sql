-- Days on which the daily sales differ from the orders placed that day.
with daily as (
    select
        ordered_date,
        sum(revenue_brl) as revenue_brl,
        sum(returned_brl) as returned_brl,
        sum(freight_brl) as freight_brl
    from {{ rows_of_this_build(ref('agg_daily_sales')) }} as sales
    group by ordered_date
),

orders as (
    select
        ordered_date,
        sum(revenue_brl) as revenue_brl,
        sum(returned_brl) as returned_brl,
        sum(freight_brl) filter (where not is_cancelled) as freight_brl
    from {{ ref('fct_orders') }}
    {% if days_of('ESHOP_CHANGED_DAYS') %}
    where ordered_date in {{ dates_in(beside(ref('fct_orders'), 'int_dates__touched'), 'ordered_date') }}
    {% endif %}
    group by ordered_date
)

select *
from daily
full outer join orders using (ordered_date)
where
    coalesce(daily.revenue_brl, 0) <> coalesce(orders.revenue_brl, 0)
    or coalesce(daily.returned_brl, 0) <> coalesce(orders.returned_brl, 0)
    or coalesce(daily.freight_brl, 0) <> coalesce(orders.freight_brl, 0)
