{#- Revenue counts neither cancelled orders nor returned lines. -#}
{% macro is_cancelled(status) -%} {{ status }} in ('cancelled', 'unavailable') {%- endmacro %}
