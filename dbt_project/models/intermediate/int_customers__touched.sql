-- Grain: one row per customer whose attributes or orders changed in this build; a full refresh, writing all, has none.
-- depends_on: {{ ref('int_orders__touched') }}, {{ ref('stg_raw__customers') }}
{{ config(materialized='table') }}
{%- set before = rows_before('dim_customers') %}

{% if before %}
with touched as (
    select customer_key from {{ ref('int_orders__touched') }}
    union
    select previous_customer_key from {{ ref('int_orders__touched') }}
    union
    select customer_key from {{ ref('stg_raw__customers') }} where changed_date in {{ changed_days() }}
    union
    select customer_key from {{ before }} where changed_date in {{ changed_days() }}
)

select
    customer_key,
    previous.first_sale_date as previous_first_sale_date
from touched
left join {{ before }} as previous using (customer_key)
where customer_key is not null
{% else %}
select
    null::varchar as customer_key,
    null::date as previous_first_sale_date
where false
{% endif %}
