{#- The business days whose raw data changed since the last build, as a list of SQL date literals.
    Read while a model runs only, so that another list of days does not make dbt parse the project again. -#}
{% macro changed_days() -%}
  {%- if execute -%}
    {%- set days = env_var('ESHOP_CHANGED_DAYS', '').split(',') | reject('equalto', '') | list -%}
    ({% for day in days %}date '{{ day }}'{{ ', ' if not loop.last }}{% else %}null::date{% endfor %})
  {%- else -%} (null::date) {%- endif -%}
{%- endmacro %}

{#- The cut-offs at which features are wanted, as rows (as_of_date). -#}
{% macro as_of_dates() -%}
  {%- if execute -%}
    {%- set days = env_var('ESHOP_AS_OF_DATES', '').split(',') | reject('equalto', '') | list -%}
    {%- if days -%}
    (select unnest([{% for day in days %}date '{{ day }}'{{ ', ' if not loop.last }}{% endfor %}]) as as_of_date)
    {%- else -%} (select null::date as as_of_date where false) {%- endif -%}
  {%- else -%} (select null::date as as_of_date) {%- endif -%}
{%- endmacro %}
