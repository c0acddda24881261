{#- The change log of one raw table: every day's Parquet, with the day as the column changed_date.
    Calling source() here is what draws the lineage from the raw asset to the staging model. -#}
{% macro raw_changes(table) -%}
  {%- set relation = source('raw', table) -%}
  {%- if execute -%}
  read_parquet(
    '{{ env_var("ESHOP_HOME") }}/raw/{{ table }}/*/*.parquet',
    hive_partitioning = true, hive_types = {'changed_date': DATE}
  )
  {%- else -%} {{ relation }} {%- endif -%}
{%- endmacro %}

{#- The shop's time zone and country; read while a model runs only, so that another home does not make dbt parse again. -#}
{% macro shop_time_zone() -%} '{{ env_var("ESHOP_TIME_ZONE") if execute }}' {%- endmacro %}

{% macro is_brazilian() -%}
  {{ return(not execute or env_var("ESHOP_COUNTRY") == 'BR') }}
{%- endmacro %}

{#- The business date, in the shop's time zone, on which an instant falls. -#}
{% macro business_date(instant) -%}
  (timezone({{ shop_time_zone() }}, {{ instant }}))::date
{%- endmacro %}

{#- The public holidays of the shop's country (holiday_date, holiday_name_pt, holiday_name_en, is_national), which are written
    before the build: no table of the shop, and so no source. -#}
{% macro shop_holidays() -%}
  read_parquet('{{ env_var("ESHOP_HOLIDAYS", "") if execute }}')
{%- endmacro %}

{#- The states of Brazil, none of which is another country's region of the same name. -#}
{% macro if_brazilian(states) -%}
  {{ states if is_brazilian() else "(select * from " ~ states ~ " where false)" }}
{%- endmacro %}
