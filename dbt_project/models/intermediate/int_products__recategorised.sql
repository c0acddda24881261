-- Grain: one row per product whose category this build changes: the sales of all its dates must be added up again.
-- depends_on: {{ ref('stg_raw__products') }}
{{ config(materialized='table') }}
{%- set before = rows_before('dim_products') %}

{% if before %}
with candidates as (
    select product_id from {{ ref('stg_raw__products') }} where changed_date in {{ changed_days() }}
    union
    select product_id from {{ before }} where changed_date in {{ changed_days() }}
),

newest as (
    select
        product_id,
        arg_max_null(category, changed_date) as category
    from {{ ref('stg_raw__products') }}
    where product_id in (select product_id from candidates)
    group by product_id
)

select candidates.product_id
from candidates
left join newest using (product_id)
left join {{ before }} as present using (product_id)
where newest.category is distinct from present.category
{% else %}
select null::varchar as product_id where false
{% endif %}
