-- Grain: one row per order that this build must write again, with its newest change and where it stood before.
-- An order that a day lost when it was pulled again is listed too, with its newest change on another day, or with none.
-- depends_on: {{ ref('stg_raw__orders') }}
{{ config(materialized='table') }}
{%- set before, versions_before = rows_before('fct_orders'), rows_before('int_orders__versions') %}
{%- set can_have_lost_orders = before and versions_before and not is_forward() %}

with changed as (
    select
        order_id,
        max(changed_date) as changed_date,
        arg_max_null(customer_key, changed_date) as customer_key,
        arg_max(ordered_date, changed_date) as ordered_date,
        arg_max(is_cancelled, changed_date) as is_cancelled,
        arg_max(is_returned, changed_date) as is_returned
    from {{ ref('stg_raw__orders') }}
    {% if before %}
    where
        changed_date >= {{ first_changed_day() }}
        and order_id in (select order_id from {{ ref('stg_raw__orders') }} where changed_date in {{ changed_days() }})
    {% endif %}
    group by order_id
),
{% if can_have_lost_orders %}
lost as (
    select order_id from {{ before }} where changed_date in {{ changed_days() }}
    union
    select order_id from {{ versions_before }} where known_from_date in {{ changed_days() }}
    except
    select order_id from changed
),

known_otherwise as (
    select
        lost.order_id,
        max(orders.changed_date) as changed_date,
        arg_max_null(orders.customer_key, orders.changed_date) as customer_key,
        arg_max(orders.ordered_date, orders.changed_date) as ordered_date,
        arg_max(orders.is_cancelled, orders.changed_date) as is_cancelled,
        arg_max(orders.is_returned, orders.changed_date) as is_returned
    from lost
    left join {{ ref('stg_raw__orders') }} as orders using (order_id)
    group by lost.order_id
),
{% endif %}
newest as (
    select * from changed
    {% if can_have_lost_orders %}
    union all
    select * from known_otherwise
    {% endif %}
)

select
    newest.order_id,
    newest.changed_date,
    newest.customer_key,
    newest.ordered_date,
    newest.is_cancelled,
    newest.is_returned,
    {% if before %}
    previous.customer_key as previous_customer_key,
    previous.ordered_date as previous_ordered_date,
    previous.is_sale as is_previous_sale,
    previous.net_revenue_brl as previous_net_revenue_brl
    {% else %}
    null::varchar as previous_customer_key,
    null::date as previous_ordered_date,
    null::boolean as is_previous_sale,
    null::decimal(18, 2) as previous_net_revenue_brl
    {% endif %}
from newest
{% if before %}
left join {{ before }} as previous using (order_id)
{% endif %}
