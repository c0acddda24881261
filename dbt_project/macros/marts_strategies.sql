{#- How the marts beside the facts find the rows to replace; as in incremental_strategies.sql, no value is compared. -#}

{#- Deliveries of touched orders; where a day was pulled again, also those whose seller it tells otherwise of. -#}
{% macro get_incremental_replace_touched_deliveries_sql(arguments) -%}
  {%- if is_forward() -%}
    {{ get_incremental_replace_touched_orders_sql(arguments) }}
  {%- else -%}
    {%- set touched = beside(arguments["target_relation"], "int_orders__touched") -%}
    {{ replace_rows(
        arguments,
        "order_id in (select order_id from " ~ touched
        ~ " union all select order_id from " ~ arguments["temp_relation"] ~ ")"
    ) }}
  {%- endif -%}
{%- endmacro %}

{#- Reviews written again, under the date of their order where the last build left them, and reviews that a day pulled
    again has lost. -#}
{% macro get_incremental_replace_touched_reviews_sql(arguments) -%}
  {%- set written, touched = arguments["temp_relation"], beside(arguments["target_relation"], "int_orders__touched") -%}
  {%- set is_lost = "false" if is_forward() else "changed_date in " ~ changed_days() -%}
  {{ replace_rows(
      arguments,
      is_lost ~ " or (ordered_date is null or ordered_date in " ~ dates_in(written, "ordered_date")
      ~ " or ordered_date in " ~ dates_in(touched, "previous_ordered_date") ~ ")"
      ~ " and (review_id, order_id) in (select (review_id, order_id) from " ~ written ~ ")"
  ) }}
{%- endmacro %}

{#- Spans of customers who changed: the open one, or all of them where a day was pulled again. -#}
{% macro get_incremental_replace_changed_spans_sql(arguments) -%}
  {%- set is_written = "customer_key in (select customer_key from " ~ arguments["temp_relation"] ~ ")" -%}
  {%- if is_forward() -%}
    {{ replace_rows(arguments, "known_until_date is null and " ~ is_written) }}
  {%- else -%}
    {{ replace_rows(arguments, "known_from_date in " ~ changed_days() ~ " or " ~ is_written) }}
  {%- endif -%}
{%- endmacro %}

{#- Whole months in which a date is touched. -#}
{% macro get_incremental_replace_months_of_touched_dates_sql(arguments) -%}
  {{ replace_rows(arguments, in_months("ordered_month", months_of_touched_dates())) }}
{%- endmacro %}

{#- Whole months whose buyers or amounts changed. -#}
{% macro get_incremental_replace_touched_months_sql(arguments) -%}
  {{ replace_rows(arguments, in_months("ordered_month", touched_months())) }}
{%- endmacro %}

{#- Months to which a change of buyers reaches. -#}
{% macro get_incremental_replace_months_of_churn_sql(arguments) -%}
  {{ replace_rows(arguments, in_months("ordered_month", months_of_churn())) }}
{%- endmacro %}

{#- The calendar: it knows no value of an order, and grows or shrinks by whole years only. Dates that it has stay as they
    are, for other holidays make another project (see `stages/build.py`). -#}
{% macro get_incremental_replace_calendar_sql(arguments) -%}
  {%- set calendar, wanted = arguments["target_relation"], arguments["temp_relation"] -%}
  {%- set columns = arguments["dest_columns"] | map(attribute='quoted') | join(', ') -%}
  delete from {{ calendar }} where calendar_date not in (select calendar_date from {{ wanted }});
  insert into {{ calendar }} ({{ columns }})
  select {{ columns }} from {{ wanted }} where calendar_date not in (select calendar_date from {{ calendar }})
{%- endmacro %}
