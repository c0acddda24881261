{#- After an incremental build its tests look at the rows that it wrote, as its incremental strategy names them: the others
    passed when they were written, and reading them all would make a day cost more each day. Without a list of changed
    days (after a full refresh, or when tables are tested again) tests look at every row. -#}

{% macro rows_of_this_build(relation) -%}
  {%- set condition = condition_of_this_build(relation) if execute and days_of('ESHOP_CHANGED_DAYS') else '' -%}
  {%- if condition -%} (select * from {{ relation }} as written where {{ condition }}) {%- else -%} {{ relation }} {%- endif -%}
{%- endmacro %}

{% macro condition_of_this_build(relation) -%}
  {%- set model = graph.nodes['model.eshop.' ~ relation.identifier] -%}
  {%- set strategy = model.config.incremental_strategy if model else none -%}
  {%- set orders = beside(relation, 'int_orders__touched') -%}
  {%- if strategy in ('replace_touched_orders', 'replace_touched_deliveries') -%}
    {{ is_touched('written', orders) }}
  {%- elif strategy == 'replace_touched_versions' -%}
    known_from_date >= {{ first_changed_day() }}
    {%- if not is_forward() %} and order_id in (select order_id from {{ orders }}) {%- endif -%}
  {%- elif strategy == 'replace_touched_reviews' and is_forward() -%}
    changed_date in {{ changed_days() }}
  {%- elif strategy == 'replace_touched_customers' -%}
    customer_key in (select customer_key from {{ beside(relation, 'int_customers__touched') }})
  {%- elif strategy == 'replace_touched_dates' -%}
    ordered_date in {{ dates_in(beside(relation, 'int_dates__touched'), 'ordered_date') }}
  {%- endif -%}
{%- endmacro %}

{#- dbt's own hook: what a generic test reads when it names its model. -#}
{% macro default__get_where_subquery(relation) -%}
  {%- set rows = rows_of_this_build(relation) -%}
  {{ return(relation if rows == relation | string else rows ~ ' as rows_of_this_build') }}
{%- endmacro %}
