{#- Incremental models here never compare values: they delete the rows that the changed days can have touched and
    insert those rows computed again. The new rows are computed first, so they may still read the present ones. -#}

{% macro replace_rows(arguments, touched) -%}
  {%- set columns = arguments["dest_columns"] | map(attribute='quoted') | join(', ') -%}
  delete from {{ arguments["target_relation"] }} where {{ touched }};
  insert into {{ arguments["target_relation"] }} ({{ columns }})
  select {{ columns }} from {{ arguments["temp_relation"] }}
{%- endmacro %}

{#- Facts: all rows of each touched order, under the date where the last build left them. -#}
{% macro get_incremental_replace_touched_orders_sql(arguments) -%}
  {%- set touched = beside(arguments["target_relation"], "int_orders__touched") -%}
  {{ replace_rows(
      arguments,
      "ordered_date in " ~ dates_in(touched, "previous_ordered_date")
      ~ " and order_id in (select order_id from " ~ touched ~ ")"
  ) }}
{%- endmacro %}

{#- Versions of touched orders whose span reaches into the changed days; those that ended before stay. An order has one
    open version, under the date where the last build left it; where days changed that were built before, ended ones
    may be meant, under any date. -#}
{% macro get_incremental_replace_touched_versions_sql(arguments) -%}
  {{ replace_rows(arguments, reaches_changed_days(arguments["target_relation"])) }}
{%- endmacro %}

{% macro reaches_changed_days(versions) -%}
  {%- set touched = beside(versions, "int_orders__touched") -%}
  order_id in (select touched.order_id from {{ touched }} as touched)
  {%- if is_forward() %}
    and known_until_date is null and ordered_date in {{ dates_in(touched, "previous_ordered_date") }}
  {%- else %}
    and (known_until_date is null or known_until_date >= {{ first_changed_day() }})
  {%- endif -%}
{%- endmacro %}

{#- Customers whose attributes or orders changed. -#}
{% macro get_incremental_replace_touched_customers_sql(arguments) -%}
  {%- set touched = beside(arguments["target_relation"], "int_customers__touched") -%}
  {{ replace_rows(arguments, "customer_key in (select customer_key from " ~ touched ~ ")") }}
{%- endmacro %}

{#- Daily aggregates: whole business dates on which a touched order was or is placed. -#}
{% macro get_incremental_replace_touched_dates_sql(arguments) -%}
  {%- set touched = beside(arguments["target_relation"], "int_dates__touched") -%}
  {{ replace_rows(arguments, "ordered_date in (select ordered_date from " ~ touched ~ ")") }}
{%- endmacro %}

{#- Dimensions with one row a key: the keys written again, and rows that came from a day pulled again and are gone from it. -#}
{% macro get_incremental_replace_changed_keys_sql(arguments) -%}
  {%- set key = arguments["unique_key"] -%}
  {{ replace_rows(
      arguments,
      "changed_date in " ~ changed_days() ~ " or " ~ key ~ " in (select " ~ key ~ " from " ~ arguments["temp_relation"] ~ ")"
  ) }}
{%- endmacro %}
