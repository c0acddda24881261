-- Grain: one row per customer who registered or ordered; guests are in no customer table.
-- depends_on: {{ ref("int_customers__touched") }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_customers', on_schema_change='fail') }}

{%- set only_touched_customers = 'true' %}
{%- if is_incremental() %}
{%- set only_touched_customers -%} customer_key in (select customer_key from {{ ref('int_customers__touched') }}) {%- endset %}
{%- endif %}

with attributes as (
    select *
    from {{ ref('stg_raw__customers') }}
    where {{ only_touched_customers }}
    qualify row_number() over (partition by customer_key order by changed_date desc) = 1
),

orders as (
    select
        customer_key,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at,
        count(*) as placed_order_count,
        count(*) filter (where is_cancelled) as cancelled_order_count,
        count(*) filter (where channel = 'web') as web_order_count,
        count(*) filter (where channel = 'app') as app_order_count,
        count(*) filter (where channel = 'store') as store_order_count,
        min(ordered_date) filter (where is_sale) as first_sale_date,
        sum(net_revenue_brl) as net_revenue_brl,
        arg_max(state, (ordered_at, order_id)) as last_order_state,
        arg_max(city, (ordered_at, order_id)) as last_order_city
    from {{ ref('fct_orders') }}
    where customer_key is not null and {{ only_touched_customers }}
    group by customer_key
)

select
    customer_key,
    coalesce(attributes.state, orders.last_order_state) as customer_state,
    coalesce(attributes.city, orders.last_order_city) as customer_city,
    attributes.zip_prefix as customer_zip_prefix,
    attributes.registered_at,
    coalesce(attributes.has_marketing_consent, false) as has_marketing_consent,
    orders.first_ordered_at,
    orders.last_ordered_at,
    coalesce(orders.placed_order_count, 0) as placed_order_count,
    coalesce(orders.cancelled_order_count, 0) as cancelled_order_count,
    coalesce(orders.web_order_count, 0) as web_order_count,
    coalesce(orders.app_order_count, 0) as app_order_count,
    coalesce(orders.store_order_count, 0) as store_order_count,
    orders.first_sale_date,
    coalesce(orders.net_revenue_brl, 0)::decimal(18, 2) as net_revenue_brl,
    attributes.changed_date
from attributes
full outer join orders using (customer_key)
