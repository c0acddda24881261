-- Grain: one row per business date whose sales this build must add up again.
-- depends_on: {{ ref('int_products__recategorised') }}
{{ config(materialized='table') }}
{%- set items_before = rows_before('fct_order_items') %}

select ordered_date from {{ ref('int_orders__touched') }} where ordered_date is not null
union
select previous_ordered_date from {{ ref('int_orders__touched') }} where previous_ordered_date is not null
{% if items_before %}
union
-- Sales of this build itself lie on touched dates already.
select ordered_date
from {{ items_before }}
where product_id in (select product_id from {{ ref('int_products__recategorised') }})
{% endif %}
