{#- Condition for rows of an earlier build whose order is touched, or was unknown then and may be known now. -#}
{% macro is_of_touched_order(present) -%}
  {%- if is_incremental() -%}
  {%- set touched = beside(this, 'int_orders__touched') -%}
  ({{ present }}.ordered_date is null or {{ present }}.ordered_date in {{ dates_in(touched, 'previous_ordered_date') }})
    and {{ present }}.order_id in (select touched.order_id from {{ touched }} as touched)
  {%- else -%} false {%- endif -%}
{%- endmacro %}

{#- Orders that rows tell of by their number alone. A review follows its order within weeks, so that recent orders are
    looked through first; older ones are read only while an order is still missing. -#}
{% macro orders_of(rows, columns) -%}
  {%- if is_incremental() -%}
  select {{ columns }} from {{ recent_orders(rows) }}
  union all
  select {{ columns }}
  from {{ ref('fct_orders') }}
  where
    ordered_date < {{ first_changed_day() }} - 90
    and order_id in (select order_id from {{ rows }} except select order_id from {{ recent_orders(rows) }})
  {%- else -%}
  select {{ columns }} from {{ ref('fct_orders') }}
  {%- endif -%}
{%- endmacro %}

{% macro recent_orders(rows) -%}
  (
    select * from {{ ref('fct_orders') }}
    where ordered_date >= {{ first_changed_day() }} - 90 and order_id in (select order_id from {{ rows }})
  )
{%- endmacro %}
