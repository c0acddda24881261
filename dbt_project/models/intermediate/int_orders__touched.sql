-- Grain: one row per order that this build must write anew, with its newest change and where it stood before.
-- An order that a day lost when it was pulled again is listed too, with its newest change on another day, or with none.
{{ config(materialized='table') }}
{%- set before = rows_before('fct_orders') if not should_full_refresh() else none %}
{%- set versions_before = rows_before('int_orders__versions') %}

with touched as (
    select distinct order_id
    from {{ ref('stg_raw__orders') }}
    {% if before %}
    where changed_date in {{ changed_days() }}
    union
    select order_id from {{ versions_before }} where known_from_date in {{ changed_days() }}
    {% endif %}
),

newest as (
    select
        order_id,
        max(changed_date) as changed_date,
        arg_max_null(customer_key, changed_date) as customer_key,
        arg_max(ordered_date, changed_date) as ordered_date
    from {{ ref('stg_raw__orders') }}
    {% if before %}
    where order_id in (select order_id from touched)
    {% endif %}
    group by order_id
)

select
    touched.order_id,
    newest.changed_date,
    newest.customer_key,
    newest.ordered_date,
    {% if before %}
    previous.customer_key as previous_customer_key,
    previous.ordered_date as previous_ordered_date
    {% else %}
    null::varchar as previous_customer_key,
    null::date as previous_ordered_date
    {% endif %}
from touched
left join newest using (order_id)
{% if before %}
left join {{ before }} as previous using (order_id)
{% endif %}
