"""A draft drawn from a stranger's report loads as it is, and says where it guessed."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff

from .report_drafts import drafted, revenue, statuses

ONLINE_RETAIL = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,"HEART HOLDER, WHITE",6,12/1/2010 8:26,2.55,17850.0,United Kingdom
536365,71053,LANTERN,6,12/1/2010 8:26,3.39,17850.0,United Kingdom
536365,71053,LANTERN,6,12/1/2010 8:26,3.39,17850.0,United Kingdom
536370,22728,CLOCK,24,12/13/2010 8:45,3.75,,France
C536379,85123A,"HEART HOLDER, WHITE",-1,12/14/2010 9:41,2.55,17850.0,United Kingdom
"""
SUPERSTORE = """\
Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,State,City,Postal Code,Product ID,Category,Sales,Quantity
1,CA-1,08/11/2016,11/11/2016,CG-12520,Claire Gute,Kentucky,Henderson,42420,FUR-1,Furniture,261.96,2
2,CA-1,08/11/2016,11/11/2016,CG-12520,Claire Gute,Kentucky,Henderson,42420,OFF-2,Office,731.94,3
3,CA-2,13/06/2016,16/06/2016,DV-13045,Darrin Van Huff,California,Los Angeles,90036,OFF-3,Office,957.5775,5
"""
BRAZILIAN = """\
Nº Pedido;Data;Cliente;CPF;Produto;Qtd;Valor Unitário;Valor Total;Situação;Estado;Forma de Pagamento
1001;05/01/2024 10:00;Ana Conceição;01234567890;Café;2;R$ 1.234,56;R$ 2.469,12;Entregue;São Paulo;Pix
1002;06/01/2024 23:30;João;00987654321;Chá;3;R$ 10,00;R$ 30,00;Cancelado;RJ;Cartão
1003;07/01/2024 09:15;Ana Conceição;01234567890;Pão;1;R$ 0,99;R$ 0,99;Sumido;SP;Pix
"""


def test_an_online_retail_sheet_is_understood(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, ONLINE_RETAIL)
    mapping = yaml.safe_load(draft)
    assert mapping["name"] == "vendas-2024"
    assert mapping["columns"] == {
        "order_id": "InvoiceNo",
        "customer_id": "CustomerID",
        "product_id": "StockCode",
        "product_name": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "ordered_at": "InvoiceDate",
        "state": "Country",
    }
    assert (mapping["country"], mapping["currency"]) == ("GB", "GBP")
    assert mapping["format"]["date_formats"] == ["%m/%d/%Y %H:%M"]
    assert mapping["return"] == {"order_id_prefix": "C", "negative_quantity": True}
    assert "# GUESS: 1 of 5 lines are equal to an earlier line" in draft
    assert "# Empty on 20.0% of the lines: those orders are guests'." in draft
    assert "# GUESS: 'Country' names several countries; GB is on 80% of the lines." in draft
    assert statuses(source) == {"536365": "delivered", "536370": "delivered", "C536379": "returned"}
    assert revenue(source) == Decimal("123.09")


def test_a_superstore_sheet_is_understood_and_its_states_tell_the_country(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, SUPERSTORE)
    mapping = yaml.safe_load(draft)
    assert mapping["columns"] == {
        "order_id": "Order ID",
        "product_id": "Product ID",
        "quantity": "Quantity",
        "customer_id": "Customer ID",
        "category": "Category",
        "line_total": "Sales",
        "ordered_at": "Order Date",
        "state": "State",
        "city": "City",
        "zip_prefix": "Postal Code",
        "shipped_at": "Ship Date",
        "name": "Customer Name",
    }
    assert mapping["format"]["date_formats"] == ["%d/%m/%Y"]
    assert (
        "# GUESS: the values of 'State' are places there.\ncountry: US\ntime_zone: America/New_York  # GUESS" in draft
    )
    assert mapping["currency"] == "USD"
    assert "return" not in mapping
    assert revenue(source) == Decimal("1951.4775")


def test_a_brazilian_export_is_understood(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, BRAZILIAN, "cp1252")
    mapping = yaml.safe_load(draft)
    assert mapping["columns"] == {
        "order_id": "Nº Pedido",
        "product_id": "Produto",
        "quantity": "Qtd",
        "customer_id": "CPF",
        "product_name": "Produto",
        "unit_price": "Valor Unitário",
        "ordered_at": "Data",
        "status": "Situação",
        "state": "Estado",
        "payment_method": "Forma de Pagamento",
        "name": "Cliente",
        "cpf": "CPF",
    }
    assert {
        key: mapping["format"][key] for key in ("delimiter", "encoding", "decimal", "thousands", "currency_prefix")
    } == {
        "delimiter": ";",
        "encoding": "cp1252",
        "decimal": ",",
        "thousands": ".",
        "currency_prefix": "R$",
    }
    assert mapping["status"] == {"Entregue": "delivered"}
    assert mapping["cancellation"] == {"statuses": ["Cancelado"]}
    assert '#   "Sumido": …' in draft
    assert "# GUESS: no date tells day/month from month/day" in draft
    assert mapping["format"]["date_formats"] == ["%d/%m/%Y %H:%M"]
    assert statuses(source) == {"1001": "delivered", "1002": "cancelled"}
    assert revenue(source) == Decimal("2499.12")


def test_an_ambiguous_date_in_an_english_file_is_month_first_and_said_to_be_a_guess(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, ONLINE_RETAIL.replace("12/13/", "12/3/").replace("12/14/", "12/4/"))
    assert "# GUESS: no date tells day/month from month/day" in draft
    assert str(source.first_day()) == "2010-12-01"


def test_a_line_total_with_discounts_is_taken_before_the_unit_price(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, BRAZILIAN.replace("R$ 30,00", "R$ 25,00"))
    assert yaml.safe_load(draft)["columns"]["line_total"] == "Valor Total"
    assert "On 1 of 3 lines it is not quantity x 'Valor Unitário'" in draft
    assert revenue(source) == Decimal("2494.12")


def test_a_sheet_without_order_numbers_groups_by_time_and_customer(tmp_path: Path) -> None:
    text = "\n".join(row.split(";", 1)[1] for row in BRAZILIAN.splitlines()) + "\n"
    draft, source = drafted(tmp_path, text)
    assert yaml.safe_load(draft)["columns"]["order_id"] == {"from": ["Data", "CPF"]}
    assert sorted(statuses(source)) == ["2024-01-05-0001", "2024-01-06-0001"]


def test_date_and_time_columns_are_joined(tmp_path: Path) -> None:
    text = BRAZILIAN.replace(";Data;", ";Data;Hora;").replace("2024 ", "2024;")
    draft, source = drafted(tmp_path, text)
    columns = yaml.safe_load(draft)["columns"]
    assert (columns["ordered_date"], columns["ordered_time"]) == ("Data", "Hora")
    assert str(source.last_day()) == "2024-01-07"


def test_lines_above_the_header_are_counted(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, "Relatório de vendas\n\n" + BRAZILIAN)
    assert yaml.safe_load(draft)["format"]["skip_lines"] == 2
    assert source.lines_read == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    _, source = drafted(tmp_path, BRAZILIAN, encoding)
    assert revenue(source) == Decimal("2499.12")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_file_whose_last_line_does_not_end_is_drafted_so(tmp_path: Path, encoding: str) -> None:
    draft, source = drafted(tmp_path, BRAZILIAN.rstrip("\n"), encoding)
    assert yaml.safe_load(draft)["format"]["last_line_break"] is False
    assert revenue(source) == Decimal("2499.12")
    assert "last_line_break" not in drafted(tmp_path, BRAZILIAN, encoding)[0]


def test_a_parquet_file_is_sniffed_too(tmp_path: Path) -> None:
    report = tmp_path / "sales.parquet"
    columns = {"order_id": ["1", "2"], "order_date": pa.array([1_700_000_000, 1_700_090_000], pa.timestamp("s"))}
    pq.write_table(pa.table({**columns, "sku": ["a", "b"], "qty": [1, 2], "price": [9.5, 3.25]}), report)
    (tmp_path / "mapping.yml").write_text(sniff(report), encoding="utf-8")
    assert revenue(ReportSource(report, load_mapping(tmp_path / "mapping.yml"))) == Decimal("16.00")


@pytest.mark.parametrize(
    "text, missing",
    [
        ("id,gender,age,income,score\n1,Male,19,15,39\n", "an order id (or a date and a customer, to make one of)"),
        ("id,gender,age,income\n1,Male,19,15\n", "Nothing in it says what was sold, when or for how much"),
        ("Model,Price_USD,Sales_Volume\ni8,79219,3428\n", "a date of the order"),
        ("Order ID,Order Date,SKU,Qty,Price\n1,yesterday,a,1,2\n", "a date of the order"),
        (
            "Order ID,Order Date,SKU,Qty,Price\n1,2024-01-01,a,few,2\n",
            "a quantity ('Qty' is named like quantity, but its texts",
        ),
    ],
)
def test_a_file_that_is_no_order_report_is_refused_with_what_is_missing(
    tmp_path: Path, text: str, missing: str
) -> None:
    (tmp_path / "file.csv").write_text(text)
    with pytest.raises(SourceError, match="is no report of order lines") as refused:
        sniff(tmp_path / "file.csv")
    assert missing in str(refused.value)


@pytest.mark.parametrize("content, message", [("", "is empty"), ("Order ID,SKU\n", "has no line below its header")])
def test_an_empty_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "file.csv").write_text(content)
    with pytest.raises(SourceError, match=message):
        sniff(tmp_path / "file.csv")


def test_the_draft_shows_no_value_of_a_personal_column(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, BRAZILIAN)
    assert not [value for value in ("Ana", "João", "01234567890") if value in draft]
