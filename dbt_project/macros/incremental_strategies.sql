{#- Incremental models here never compare values: they delete the rows that the changed days can have touched and
    insert those rows computed anew. The new rows are computed first, so they may still read the present ones. -#}

{% macro replace_rows(arguments, touched) -%}
  {%- set columns = arguments["dest_columns"] | map(attribute='quoted') | join(', ') -%}
  delete from {{ arguments["target_relation"] }} where {{ touched }};
  insert into {{ arguments["target_relation"] }} ({{ columns }})
  select {{ columns }} from {{ arguments["temp_relation"] }}
{%- endmacro %}

{% macro touched_table(arguments, name) -%}
  {{ arguments["target_relation"].incorporate(path={"identifier": name}, type="table") }}
{%- endmacro %}

{#- Facts: all rows of each touched order. -#}
{% macro get_incremental_replace_touched_orders_sql(arguments) -%}
  {{ replace_rows(arguments, "order_id in (select order_id from " ~ touched_table(arguments, "int_orders__touched") ~ ")") }}
{%- endmacro %}

{#- Customers whose attributes or orders changed. -#}
{% macro get_incremental_replace_touched_customers_sql(arguments) -%}
  {{ replace_rows(
      arguments, "customer_key in (select customer_key from " ~ touched_table(arguments, "int_customers__touched") ~ ")"
  ) }}
{%- endmacro %}

{#- Daily aggregates: whole business dates on which a touched order was or is placed. -#}
{% macro get_incremental_replace_touched_dates_sql(arguments) -%}
  {{ replace_rows(
      arguments, "ordered_date in (select ordered_date from " ~ touched_table(arguments, "int_dates__touched") ~ ")"
  ) }}
{%- endmacro %}

{#- Dimensions with one row a key: the keys written anew, and rows that came from a day pulled again and are gone from it. -#}
{% macro get_incremental_replace_changed_keys_sql(arguments) -%}
  {%- set key = arguments["unique_key"] -%}
  {{ replace_rows(
      arguments,
      "changed_date in " ~ changed_days() ~ " or " ~ key ~ " in (select " ~ key ~ " from " ~ arguments["temp_relation"] ~ ")"
  ) }}
{%- endmacro %}
