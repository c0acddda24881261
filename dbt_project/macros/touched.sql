{#- How a build finds the rows that it must write again, without reading the rest: DuckDB skips every row group whose
    dates are not in a list of literals, and a list that a query yields would tell it too late. -#}

{#- A list of date literals: the values of one column of a table of this build. -#}
{% macro dates_in(relation, column) -%}
  {%- set query -%} select distinct {{ column }} from {{ relation }} where {{ column }} is not null order by 1 {%- endset -%}
  {{ date_literals(run_query(query).columns[0].values() if execute else []) }}
{%- endmacro %}

{#- Another table beside `relation`, by name: for what must not become a dependency, or is not there in every run. -#}
{% macro beside(relation, name) -%}
  {{ return(relation.incorporate(path={"identifier": name}, type="table")) }}
{%- endmacro %}

{#- A table as an earlier build left it, or none: for the touched sets, which the tables themselves depend on. -#}
{% macro rows_before(name) -%}
  {{ return(load_relation(beside(this, name)) if execute and not should_full_refresh() else none) }}
{%- endmacro %}

{#- Condition for rows (order_id, changed_date) of the touched orders as they stand now; true in a full refresh. Rows of one
    day's changes were written together, so that few row groups are read. -#}
{% macro only_touched(alias) -%}
  {%- if is_incremental() -%} {{ is_touched(alias, beside(this, 'int_orders__touched')) }} {%- else -%} true {%- endif -%}
{%- endmacro %}

{% macro is_touched(alias, touched) -%}
  {{ alias }}.changed_date in {{ dates_in(touched, 'changed_date') }}
  {%- if not is_forward() %} and {{ alias }}.order_id in (select written.order_id from {{ touched }} as written) {%- endif -%}
{%- endmacro %}

{#- Condition for raw changes of the days on which a touched order has its newest change; true in a full refresh. -#}
{% macro only_newest_days(alias) -%}
  {%- if is_incremental() -%}
  {{ alias }}.changed_date in {{ dates_in(beside(this, 'int_orders__touched'), 'changed_date') }}
  {%- else -%} true {%- endif -%}
{%- endmacro %}
