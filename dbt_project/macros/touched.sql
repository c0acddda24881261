{#- How a build finds the rows that it must write anew, without reading the rest: DuckDB skips every row group whose
    dates are not in a list of literals, and a list that a query yields would tell it too late. -#}

{#- A list of date literals: the values of one column of a table of this build. -#}
{% macro dates_in(relation, column) -%}
  {%- set query -%} select distinct {{ column }} from {{ relation }} where {{ column }} is not null order by 1 {%- endset -%}
  {{ date_literals(run_query(query).columns[0].values() if execute else []) }}
{%- endmacro %}

{#- Another table beside `relation`, by name: for what must not become a dependency, or is not there in every run. -#}
{% macro beside(relation, name) -%}
  {{ return(relation.incorporate(path={"schema": target.schema, "identifier": name}, type="table")) }}
{%- endmacro %}

{#- A table as an earlier build left it, or none: for the touched sets, which the tables themselves depend on. -#}
{% macro rows_before(name) -%}
  {{ return(load_relation(beside(this, name)) if execute and not should_full_refresh() else none) }}
{%- endmacro %}

{#- Business dates under which the touched orders stand now. -#}
{% macro touched_dates() -%} {{ dates_in(beside(this, 'int_orders__touched'), 'ordered_date') }} {%- endmacro %}

{#- Condition for rows (order_id, ordered_date) of the touched orders as they stand now; true in a full refresh. -#}
{% macro only_touched(alias) -%}
  {%- if is_incremental() -%}
  {{ alias }}.ordered_date in {{ touched_dates() }}
    and {{ alias }}.order_id in (select touched.order_id from {{ beside(this, 'int_orders__touched') }} as touched)
  {%- else -%} true {%- endif -%}
{%- endmacro %}

{#- Condition for raw changes of the days on which a touched order has its newest change; true in a full refresh. -#}
{% macro only_newest_days(alias) -%}
  {%- if is_incremental() -%}
  {{ alias }}.changed_date in {{ dates_in(beside(this, 'int_orders__touched'), 'changed_date') }}
  {%- else -%} true {%- endif -%}
{%- endmacro %}
